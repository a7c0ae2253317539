//! Android: `jniLibs` with a `.so` for each processor, and on request an archive for Gradle.

use std::path::{Path, PathBuf};

use super::check::{Rules, System};
use super::facts::Version;
use super::request::{Flags, Request, processor, variable};
use super::step::{NDK, Step, Tool};

/// Targets that devices and emulators of today have.
const TARGETS: [&str; 3] = ["aarch64-linux-android", "armv7-linux-androideabi", "x86_64-linux-android"];

/// Level of the API of Android 5, the oldest that Rust supports.
const OLDEST: Version = Version(21, 0);

/// Size of the pages of devices with Android 15 and later, in bytes.
const PAGE: u64 = 16_384;

/// Returns the steps for Android.
#[must_use]
pub fn steps(request: &Request) -> Vec<Step> {
    let folder = if request.aar { request.out.join("android/src/main") } else { request.out.clone() };
    let mut all: Vec<_> =
        request.targets(&TARGETS).iter().flat_map(|target| one(request, target, &folder)).collect();
    if request.aar {
        all.extend(archive(request));
    }
    all
}

fn one(request: &Request, target: &str, folder: &Path) -> Vec<Step> {
    let file = format!("lib{}.so", request.library);
    let Version(level, _) = request.oldest.unwrap_or(OLDEST);
    // The compiler of the NDK has one name for each target and oldest version.
    let clang = format!("{}{level}-clang", target.replacen("armv7-", "armv7a-", 1));
    let linker =
        bin(request).join(if request.host.contains("windows") { format!("{clang}.cmd") } else { clang });
    let page = if target.starts_with("armv7") { None } else { Some(PAGE) };
    let mut link = vec![format!("-Wl,-soname,{file}")];
    link.extend(page.map(|it| format!("-Wl,-z,max-page-size={it}")));
    let environment = vec![(variable(target, "LINKER"), linker.display().to_string())];
    let library = request.prebuilt(target, &file);
    let rules = Rules {
        processors: vec![processor(target)],
        name: Some(file.clone()),
        system: System::Android,
        oldest: Some(request.oldest.unwrap_or(OLDEST)),
        page,
        budget: request.budget,
    };
    vec![
        request.build(target, &Flags { link, environment }),
        request.copy(target, &file, &library),
        Step::Check { file: library.clone(), rules },
        Step::Copy { from: library, to: folder.join("jniLibs").join(abi(target)).join(&file) },
    ]
}

/// Returns the folder of the NDK's compilers; a variable of the shell stands for the NDK if it is
/// not known.
#[must_use]
pub fn bin(request: &Request) -> PathBuf {
    let system = match &*request.host {
        it if it.contains("windows") => "windows-x86_64",
        it if it.contains("apple") => "darwin-x86_64",
        _ => "linux-x86_64",
    };
    let ndk = request.ndk.clone().unwrap_or_else(|| NDK.into());
    ndk.join("toolchains/llvm/prebuilt").join(system).join("bin")
}

/// Returns Android's name of a target's processor.
fn abi(target: &str) -> &'static str {
    match processor(target) {
        "aarch64" => "arm64-v8a",
        "arm" => "armeabi-v7a",
        "i386" => "x86",
        "riscv64" => "riscv64",
        _ => "x86_64",
    }
}

/// Returns the steps that make an archive of the libraries, with a module of Gradle for it.
fn archive(request: &Request) -> Vec<Step> {
    let module = request.out.join("android");
    let Version(level, _) = request.oldest.unwrap_or(OLDEST);
    let namespace = format!("{}.{}", request.domain, request.library);
    let write = |file: &str, text: String| Step::Write { file: module.join(file), text };
    let settings = format!(
        "pluginManagement {{\n    repositories {{\n        google()\n        mavenCentral()\n    }}\n}}\n\n\
         dependencyResolutionManagement {{\n    repositories {{\n        google()\n        mavenCentral()\n    }}\n}}\n\n\
         rootProject.name = \"{}\"\n",
        request.library
    );
    let build = format!(
        "plugins {{\n    id(\"com.android.library\") version \"8.7.3\"\n}}\n\n\
         android {{\n    namespace = \"{namespace}\"\n    compileSdk = 35\n    defaultConfig {{\n        \
         minSdk = {level}\n    }}\n}}\n"
    );
    vec![
        write("settings.gradle.kts", settings),
        write("build.gradle.kts", build),
        write("src/main/AndroidManifest.xml", "<manifest />\n".to_owned()),
        Step::Run(
            Tool::new("gradle", "Gradle, with the SDK of Android that ANDROID_HOME names")
                .args(["--project-dir"])
                .path(&module)
                .args(["assembleRelease"]),
        ),
    ]
}
