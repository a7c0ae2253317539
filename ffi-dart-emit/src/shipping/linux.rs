//! Linux: a `.so` for each processor, which loads what lies beside it and says the oldest glibc;
//! on request a container image.

use super::check::{Rules, System};
use super::request::{Flags, Request, processor, variable};
use super::step::{Step, Tool};

/// Returns the steps for Linux: for this machine, unless targets were asked for.
#[must_use]
pub fn steps(request: &Request) -> Vec<Step> {
    let usual = if request.host.contains("linux") { &*request.host } else { "x86_64-unknown-linux-gnu" };
    let mut all: Vec<_> = request.targets(&[usual]).iter().flat_map(|target| one(request, target)).collect();
    if let Some(image) = &request.image {
        let docker = Tool::new("docker", "Docker, or Podman under that name");
        all.push(Step::Run(docker.args(["build", "--tag", image, "."])));
    }
    all
}

fn one(request: &Request, target: &str) -> Vec<Step> {
    let file = format!("lib{}.so", request.library);
    let musl = target.ends_with("-musl");
    let link = vec![format!("-Wl,-soname,{file}"), "-Wl,-rpath,$ORIGIN".to_owned()];
    let mut flags = Flags { link, environment: Vec::new() };
    if musl {
        // Without it, Rust links musl statically, and then makes no shared library.
        let value = "-Ctarget-feature=-crt-static".to_owned();
        flags.environment.push((variable(target, "RUSTFLAGS"), value));
    }
    if processor(target) != processor(&request.host) {
        // The GNU tools leave out the vendor, and have other names for some processors.
        let system = target.split_once("-unknown").map_or("-linux-gnu", |(_, system)| system);
        let gcc = format!(
            "{}{system}-gcc",
            match processor(target) {
                "i386" => "i686",
                processor => processor,
            }
        );
        flags.environment.push((variable(target, "LINKER"), gcc));
    }
    let library = request.prebuilt(target, &file);
    let rules = Rules {
        processors: vec![processor(target)],
        name: Some(file.clone()),
        system: if musl { System::Musl } else { System::Linux },
        oldest: request.oldest.filter(|_| !musl),
        page: None,
        budget: request.budget,
    };
    vec![
        request.build(target, &flags),
        request.copy(target, &file, &library),
        Step::Check { file: library, rules },
    ]
}
