//! macOS: one library for both processors. iOS: an XCFramework for devices and simulators.

use std::path::{Path, PathBuf};

use super::check::{Rules, System};
use super::facts::Version;
use super::request::{Flags, Request, processor};
use super::step::{Step, Tool};

/// Targets of macOS.
const MACOS: [&str; 2] = ["aarch64-apple-darwin", "x86_64-apple-darwin"];

/// Targets of iOS: devices, and simulators on both kinds of Mac.
const IOS: [&str; 3] = ["aarch64-apple-ios", "aarch64-apple-ios-sim", "x86_64-apple-ios"];

/// Oldest macOS that runs on both processors.
const OLDEST_MACOS: Version = Version(11, 0);

/// Oldest iOS that Flutter supports.
const OLDEST_IOS: Version = Version(13, 0);

/// Source of Apple's tools.
const XCODE: &str = "macOS with Xcode";

/// Returns the steps for macOS.
#[must_use]
pub fn macos(request: &Request) -> Vec<Step> {
    let file = format!("lib{}.dylib", request.library);
    let name = format!("@rpath/{file}");
    let oldest = request.oldest.unwrap_or(OLDEST_MACOS);
    let targets = request.targets(&MACOS);
    let mut all = Vec::new();
    for target in &targets {
        all.push(build(request, target, &name, "MACOSX_DEPLOYMENT_TARGET", oldest));
        all.push(request.copy(target, &file, &request.prebuilt(target, &file)));
    }
    let parts: Vec<_> = targets.iter().map(|target| request.prebuilt(target, &file)).collect();
    let universal = request.out.join("universal-apple-darwin").join(&file);
    all.extend(join(&parts, &universal));
    let rules = rules(request, &targets, System::MacOs, name, oldest);
    all.push(Step::Check { file: universal.clone(), rules });
    all.extend(sign(request, &universal));
    if let Some(profile) = &request.notarize {
        let archive = universal.with_extension("zip");
        let xcode = |program: &str| Tool::new(program, XCODE);
        all.push(Step::Run(xcode("ditto").args(["-c", "-k"]).path(&universal).path(&archive)));
        all.push(Step::Run(xcode("xcrun").args(["notarytool", "submit"]).path(&archive).args([
            "--keychain-profile",
            profile,
            "--wait",
        ])));
    }
    all
}

/// Returns the steps for iOS.
#[must_use]
pub fn ios(request: &Request) -> Vec<Step> {
    let library = &request.library;
    let file = format!("lib{library}.dylib");
    let name = format!("@rpath/{library}.framework/{library}");
    let oldest = request.oldest.unwrap_or(OLDEST_IOS);
    let (simulators, devices): (Vec<_>, Vec<_>) =
        request.targets(&IOS).into_iter().partition(|it| it.ends_with("-sim") || it.starts_with("x86_64"));
    let mut all = Vec::new();
    let mut xcodebuild = Tool::new("xcodebuild", XCODE).args(["-create-xcframework"]);
    for (targets, folder, platform) in
        [(&devices, "iphoneos", "iPhoneOS"), (&simulators, "iphonesimulator", "iPhoneSimulator")]
    {
        if targets.is_empty() {
            continue;
        }
        for target in targets {
            all.push(build(request, target, &name, "IPHONEOS_DEPLOYMENT_TARGET", oldest));
            all.push(request.copy(target, &file, &request.prebuilt(target, &file)));
        }
        let framework = request.out.join(folder).join(format!("{library}.framework"));
        let binary = framework.join(library);
        let parts: Vec<_> = targets.iter().map(|target| request.prebuilt(target, &file)).collect();
        all.extend(join(&parts, &binary));
        all.push(Step::Write {
            file: framework.join("Info.plist"),
            text: property_list(request, platform, oldest),
        });
        let rules = rules(request, targets, System::Ios, name.clone(), oldest);
        all.push(Step::Check { file: binary, rules });
        all.extend(sign(request, &framework));
        xcodebuild = xcodebuild.args(["-framework"]).path(&framework);
    }
    // xcodebuild replaces nothing.
    let together = request.out.join(format!("{library}.xcframework"));
    all.push(Step::Remove(together.clone()));
    all.push(Step::Run(xcodebuild.args(["-output"]).path(&together)));
    all
}

fn build(request: &Request, target: &str, name: &str, variable: &str, oldest: Version) -> Step {
    let Version(major, minor) = oldest;
    request.build(
        target,
        &Flags {
            link: vec![format!("-Wl,-install_name,{name}")],
            environment: vec![(variable.to_owned(), format!("{major}.{minor}"))],
        },
    )
}

/// Returns the steps that make one file of those for each processor.
fn join(parts: &[PathBuf], to: &Path) -> Vec<Step> {
    let mut lipo = Tool::new("lipo", XCODE).args(["-create"]);
    for part in parts {
        lipo = lipo.path(part);
    }
    // lipo makes no folder.
    vec![Step::Copy { from: parts[0].clone(), to: to.to_owned() }, Step::Run(lipo.args(["-output"]).path(to))]
}

fn rules(request: &Request, targets: &[String], system: System, name: String, oldest: Version) -> Rules {
    Rules {
        processors: targets.iter().map(|it| processor(it)).collect(),
        name: Some(name),
        system,
        oldest: Some(oldest),
        page: None,
        budget: request.budget,
    }
}

/// Returns the step that signs what is at `path`: with the identity, else with none, as processors
/// of Apple run nothing that is not signed.
fn sign(request: &Request, path: &Path) -> Vec<Step> {
    let codesign = Tool::new("codesign", XCODE).args(["--force"]);
    let codesign = match &request.sign {
        Some(identity) => codesign.args(["--timestamp", "--options", "runtime", "--sign", identity]),
        None => codesign.args(["--sign", "-"]),
    };
    vec![Step::Run(codesign.path(path))]
}

/// Returns the `Info.plist` of a framework.
fn property_list(request: &Request, platform: &str, oldest: Version) -> String {
    let Version(major, minor) = oldest;
    let name = &request.library;
    let oldest = format!("{major}.{minor}");
    // `_` is none of the characters of an identifier.
    let identifier = format!("{}.{}", request.domain, name.replace('_', "-"));
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
        <plist version=\"1.0\">\n<dict>\n"
        .to_owned();
    for (key, value) in [
        ("CFBundleDevelopmentRegion", "en"),
        ("CFBundleExecutable", name),
        ("CFBundleIdentifier", &identifier),
        ("CFBundleInfoDictionaryVersion", "6.0"),
        ("CFBundleName", name),
        ("CFBundlePackageType", "FMWK"),
        ("CFBundleShortVersionString", "1.0"),
        ("CFBundleVersion", "1.0"),
        ("MinimumOSVersion", &oldest),
    ] {
        text += &format!("  <key>{key}</key>\n  <string>{value}</string>\n");
    }
    text + &format!(
        "  <key>CFBundleSupportedPlatforms</key>\n  <array>\n    <string>{platform}</string>\n  </array>\n</dict>\n</plist>\n"
    )
}
