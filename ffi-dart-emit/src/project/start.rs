//! Writes a project, or what an app lacks of one.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::output::{OutputFile, Plan};

use super::{Kind, Project};

/// Starts `project` in the folder `root`, which must be new or empty; `emit` builds the crate in
/// the first folder and writes its Dart package to the second. Returns what to tell the user.
///
/// # Errors
///
/// Returns an error if something is in the folder, or a file can't be written, or `emit` fails.
/// Then nothing stays.
pub fn new(
    project: &Project,
    root: &Path,
    dry_run: bool,
    emit: impl FnOnce(&Path, &Path) -> Result<()>,
) -> Result<String> {
    let is_there = root.exists();
    if is_there && root.read_dir().map_or(true, |mut it| it.next().is_some()) {
        bail!(
            "{} is there already, and not empty; hint: choose another name, or give the app in it a library with \
             `ffi-dart-emit integrate {0}`",
            root.display()
        );
    }
    let files = project.files();
    if dry_run {
        return Ok(listed(root, &files, project));
    }
    write(project, root, &files, emit).inspect_err(|_| {
        // Only what this run has made: the folder was new or empty.
        _ = fs::remove_dir_all(root);
        if is_there {
            _ = fs::create_dir(root);
        }
    })?;
    let run = match project.kind() {
        Kind::Dart => "  dart pub get\n  dart run\n",
        Kind::Flutter => "  flutter create .    # the folders of the platforms\n  flutter run\n",
    };
    Ok(format!("\nNext:\n  cd {}\n{run}", root.display()))
}

/// Gives the app in the folder `app` the crate of `project` and its Dart package; `emit` is as in
/// [`new`]. Returns what to tell the user.
///
/// # Errors
///
/// As [`new`].
pub fn integrate(
    project: &Project,
    app: &Path,
    dry_run: bool,
    emit: impl FnOnce(&Path, &Path) -> Result<()>,
) -> Result<String> {
    let files = project.files_of_crate();
    if dry_run {
        return Ok(listed(app, &files, project) + &depend(project));
    }
    write(project, app, &files, emit).inspect_err(|_| {
        // `Project::around` refuses a folder that is there.
        _ = fs::remove_dir_all(app.join(project.crate_folder()));
    })?;
    Ok(format!("\nNext:\n{}", depend(project)))
}

fn write(
    project: &Project,
    root: &Path,
    files: &[OutputFile],
    emit: impl FnOnce(&Path, &Path) -> Result<()>,
) -> Result<()> {
    Plan::new(root, files, None)
        .write()
        .map_err(|problems| anyhow::anyhow!("{} can't be written:\n\n{problems}", root.display()))?;
    emit(&root.join(project.crate_folder()), &root.join(project.dart_folder()))
        .context("the new crate can't be built, so nothing was kept")
}

/// Returns the files that would be written.
fn listed(root: &Path, files: &[OutputFile], project: &Project) -> String {
    let mut paths: Vec<_> = files.iter().map(|it| root.join(&it.path).display().to_string()).collect();
    paths.sort();
    paths.push(format!("{} (from the compiled library)", root.join(project.dart_folder()).display()));
    paths.into_iter().map(|path| format!("would write {path}\n")).collect()
}

/// Returns the steps that have an app use the package.
fn depend(project: &Project) -> String {
    let tool = if project.kind() == Kind::Flutter { "flutter" } else { "dart" };
    format!(
        "  add to `dependencies` in pubspec.yaml:  {}: {{path: {}}}\n  {tool} pub get\n  \
         import 'package:{0}/{0}.dart';\n",
        project.package(),
        project.dart_folder().display().to_string().replace('\\', "/"),
    )
}
