//! Writes a project, or what an app lacks of one.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::output::{OutputFile, Plan};

use super::{Kind, Project, UNFINISHED, is_unfinished};

/// Starts `project` in the folder `root`, which must be new or empty, or what an interrupted run
/// has left: then the missing files are added. `emit` builds the crate in
/// the first folder and writes its Dart package to the second. Returns what to tell the user.
///
/// # Errors
///
/// Returns an error if something is in the folder, or a file can't be written, or `emit` fails.
/// Then nothing of this run stays.
pub fn new(
    project: &Project,
    root: &Path,
    dry_run: bool,
    emit: impl FnOnce(&Path, &Path) -> Result<()>,
) -> Result<String> {
    let is_there = root.exists();
    let goes_on = is_unfinished(root);
    if is_there && !goes_on && root.read_dir().map_or(true, |mut it| it.next().is_some()) {
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
    write(project, root, &files, root, emit).inspect_err(|_| {
        // Only what this run has made: the folder was new or empty.
        if !goes_on {
            _ = fs::remove_dir_all(root);
        }
        if is_there && !goes_on {
            _ = fs::create_dir(root);
        }
    })?;
    let run = match project.kind() {
        Kind::Dart => "  dart pub get\n  dart run\n",
        Kind::Flutter => "  flutter create .    # the folders of the platforms\n  flutter run\n",
    };
    Ok(format!("\nNext:\n  cd {}\n{run}{}", root.display(), elsewhere(project)))
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
    let folder = app.join(project.crate_folder());
    let goes_on = is_unfinished(&folder);
    write(project, app, &files, &folder, emit).inspect_err(|_| {
        // `Project::around` refuses other folders that are there.
        if !goes_on {
            _ = fs::remove_dir_all(&folder);
        }
    })?;
    Ok(format!("\nNext:\n{}{}", depend(project), elsewhere(project)))
}

/// Writes `files` into `root` and has `emit` make the package. All of it is in the folder `own`,
/// which is marked until it is complete.
fn write(
    project: &Project,
    root: &Path,
    files: &[OutputFile],
    own: &Path,
    emit: impl FnOnce(&Path, &Path) -> Result<()>,
) -> Result<()> {
    let goes_on = is_unfinished(own);
    let mark = own.join(UNFINISHED);
    fs::create_dir_all(own)
        .and_then(|()| fs::write(&mark, "Run the same command of ffi-dart-emit again: it goes on here.\n"))
        .with_context(|| format!("{} can't be written", own.display()))?;
    Plan::new(root, files.to_vec(), None)
        .write()
        .map_err(|problems| anyhow::anyhow!("{} can't be written:\n\n{problems}", root.display()))?;
    emit(&root.join(project.crate_folder()), &root.join(project.dart_folder())).context(if goes_on {
        "the new crate can't be built; what an earlier run has left is still there"
    } else {
        "the new crate can't be built, so nothing was kept"
    })?;
    fs::remove_file(&mark).with_context(|| format!("{} can't be removed", mark.display()))
}

/// Returns the files that would be written.
fn listed(root: &Path, files: &[OutputFile], project: &Project) -> String {
    let mut paths: Vec<_> = files.iter().map(|it| root.join(&it.path).display().to_string()).collect();
    paths.sort();
    paths.push(format!("{} (from the compiled library)", root.join(project.dart_folder()).display()));
    paths.into_iter().map(|path| format!("would write {path}\n")).collect()
}

/// Returns `path` with `/` on every host.
fn shown(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

/// Returns what other machines need, as those of CI: nothing if they get ffi-core from a server.
fn elsewhere(project: &Project) -> String {
    let Some(folder) = project.core_folder() else { return String::new() };
    format!(
        "\nThe crate depends on the folder {}, which other machines don't have. Before one builds it, as for CI or \
         in a container:\n  {}\n",
        folder.display(),
        project.core_by_git()
    )
}

/// Returns the steps that have an app use the package.
fn depend(project: &Project) -> String {
    let tool = if project.kind() == Kind::Flutter { "flutter" } else { "dart" };
    format!(
        "  add to `dependencies` in pubspec.yaml:  {}: {{path: {}}}\n  \
         and, so that nothing is compiled twice:  hooks: {{user_defines: {{{0}: {{target_dir: {}}}}}}}\n  \
         {tool} pub get\n  \
         import 'package:{0}/{0}.dart';\n",
        project.package(),
        shown(&project.dart_folder()),
        shown(&project.crate_folder().join("target")),
    )
}
