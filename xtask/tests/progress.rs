//! Shows the steps of a command on a terminal and elsewhere.
//!
//! The test program starts itself: [`a_command`] is what it looks at.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use xtask::progress::{self, Progress};
use xtask::workspace::{on_path, run};

/// A command of two steps, of which the second one has parts and starts a program.
#[test]
#[ignore = "the other tests start it"]
fn a_command() {
    let mut steps = Progress::steps(2);
    steps.step("building one");
    progress::print(|| println!("built"));
    steps.step("running one");
    let mut parts = Progress::parts("unpacking", 8);
    (0..8).for_each(|_| parts.advance());
    drop(parts);
    run(Command::new("echo").arg("it runs")).unwrap();
    assert_eq!(progress::busy("waiting", || 7), 7);
}

/// Returns the command line that runs only [`a_command`].
fn command_line() -> (PathBuf, [&'static str; 4]) {
    (env::current_exe().unwrap(), ["a_command", "--exact", "--ignored", "--nocapture"])
}

#[test]
#[cfg(unix)]
fn elsewhere_each_step_is_a_line() {
    let (program, arguments) = command_line();
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    let expected = "[1/2] building one\n[2/2] running one\nunpacking: 8\n  2 of 8\n  4 of 8\n  6 of 8\n  8 of 8\n\
                    + echo 'it runs'\nwaiting\n";
    assert_eq!(said, expected);
}

/// `script` of util-linux gives a program a terminal.
#[test]
#[cfg(target_os = "linux")]
fn on_a_terminal_there_is_a_bar() {
    if on_path("script").is_none() {
        eprintln!("note: skipped: there is no `script`, which util-linux has");
        return;
    }
    let (program, arguments) = command_line();
    let line = format!("'{}' {}", program.display(), arguments.join(" "));
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    let output = script.env("TERM", "xterm").stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    // The step is part of a bar that is drawn in place, and is a line before what a program prints.
    assert!(said.contains("[2/2] running one, 0 s so far\r\n+ echo 'it runs'\r\nit runs\r\n"), "{said:?}");
    for plain in ["[1/2] building one\r\n", "  2 of 8\r\n", "\nwaiting\r\n"] {
        assert!(!said.contains(plain), "{plain:?} in {said:?}");
    }
    for drawn in ["[1/2] building one", "[2/2] running one", "waiting"] {
        assert!(said.contains(drawn), "{drawn:?} not in {said:?}");
    }
    assert!(said.contains("\u{1b}["), "nothing is drawn in place: {said:?}");
}
