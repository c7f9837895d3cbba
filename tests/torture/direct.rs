//! Commands without their shell against the same with it: what each prints, how it ends, what its
//! environment is, for made-up commands, programs, variables and directories. The shell is the
//! system's; where that is none that is ever spared, there is nothing to compare.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use mep::model::EnvMap;
use mep::run::direct::{Direct, Endings, is_known};
use mep::sys::process::{Child, News, Plug, Spawn, news, spawn};
use mep::sys::sandbox::Rules;

use crate::random::{Random, factor, say, seed};

/// Commands in all, at the least.
const COMMANDS: usize = 8000;
const THREADS: usize = 2;
/// So many of them have to run without a shell, or this would compare nothing.
const SPARED: usize = 2000;

/// The variable that makes this process the one that tries them.
const CHILD: &str = "MEP_TORTURE_DIRECT";

/// In a process of its own: one that starts others all the time would keep files open that other
/// tests write and execute.
#[test]
fn a_command_without_its_shell_is_the_same() {
    if !is_known(Path::new("/bin/sh")) {
        return say("direct: the system's `sh` is none that is spared");
    }
    if std::env::var_os(CHILD).is_some() {
        return try_all();
    }
    let name = "direct::a_command_without_its_shell_is_the_same";
    let mut child = Command::new(std::env::current_exe().expect("this program has a path"));
    child.args(["--exact", name, "--nocapture"]).env(CHILD, "1").stdin(Stdio::null());
    let output = child.output().expect("this program can be started again");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    say(text.trim_end());
}

fn try_all() {
    let place = Place::new();
    let share = |thread: usize| {
        let mut random = Random::new(seed().wrapping_add(thread as u64 * 7919));
        (0..COMMANDS * factor() / THREADS).filter(|_| place.compare(&mut random)).count()
    };
    let spared: usize = thread::scope(|scope| {
        let shares: Vec<_> = (0..THREADS).map(|n| scope.spawn(move || share(n))).collect();
        let count = |share: thread::ScopedJoinHandle<'_, usize>| share.join();
        let counts = shares.into_iter().map(count).collect::<Result<Vec<_>, _>>();
        counts.unwrap_or_else(|_| panic!("seed {}", seed())).iter().sum()
    });
    say(&format!("direct: {spared} of {} commands ran without a shell", COMMANDS * factor()));
    assert!(spared >= SPARED, "only {spared} commands ran without a shell");
}

/// One made-up command.
#[derive(Debug)]
struct Case {
    shell: Vec<String>,
    script: String,
    cwd: PathBuf,
    env: Vec<(OsString, OsString)>,
}

/// What is to be seen of a command from outside.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    /// In pieces and sorted: among them are variables, which have no order.
    stdout: Vec<String>,
    stderr: String,
    end: News,
}

/// Directories with programs of all kinds.
struct Place {
    root: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("the temporary directory takes a directory");
        let place = Self { root };
        for dir in ["bin", "early", "a dir/sub", "p%q/bin"] {
            fs::create_dir_all(place.path(dir)).expect("a new directory takes directories");
        }
        symlink("a dir", place.path("link")).expect("a new directory takes links");
        symlink("bin", place.path("also")).expect("a new directory takes links");
        symlink("/bin/cat", place.path("bin/cat")).expect("a new directory takes links");
        let cat = place.path("bin/cat").display().to_string();
        let name = format!("#!{cat} /proc/self/cmdline\n");
        let echo = "#!/bin/sh\nprintf '%s|' \"$0\" \"$@\" \"$PWD\"\necho said >&2\n";
        place.program("bin/args", echo, 0o755);
        place.program("bin/name", &name, 0o755);
        place.program("p%q/bin/name", &name, 0o755);
        place.program("a dir/here", echo, 0o755);
        place.program("a dir/sub/here", echo, 0o755);
        place.program("bin/fail", "#!/bin/sh\necho out; echo err >&2; exit ${1:-3}\n", 0o755);
        place.program("bin/die", "#!/bin/sh\necho out; kill -${1:-9} $$\n", 0o755);
        place.program("bin/bare", "printf '%s|' \"$0\" \"$@\"\n", 0o755);
        place.program("bin/empty", "", 0o755);
        place.program("bin/broken", "#!/no/such/interpreter\n", 0o755);
        place.program("bin/text", "#!/bin/sh\necho no\n", 0o644);
        place.program("bin/bits", "\u{7f}ELF and nothing else\n", 0o755);
        fs::create_dir(place.path("bin/folder")).expect("a new directory takes directories");
        // In front of what can be run, something that cannot.
        place.program("early/args", "#!/bin/sh\necho no\n", 0o644);
        place.program("early/name", "#!/no/such/interpreter\n", 0o755);
        place.program("early/fail", &name, 0o755);
        fs::create_dir(place.path("early/cat")).expect("a new directory takes directories");
        // Programs that no shell calls.
        for builtin in ["true", "false", "echo", "test", "printf", "exit", "if", "pwd", "kill"] {
            place.program(&format!("bin/{builtin}"), "#!/bin/sh\necho a stub\n", 0o755);
        }
        place
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    fn text(&self, path: &str) -> String {
        self.path(path).display().to_string()
    }

    fn program(&self, path: &str, text: &str, mode: u32) {
        fs::write(self.path(path), text).expect("a directory takes files");
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(self.path(path), mode).expect("a file of ours takes a mode");
    }

    /// Runs a made-up command both ways; true where it needed no shell.
    fn compare(&self, random: &mut Random) -> bool {
        let case = self.case(random);
        let env = Arc::new(case.env.iter().cloned().collect::<EnvMap>());
        let mut args: Vec<OsString> = case.shell[1..].iter().map(OsString::from).collect();
        args.push(case.script.clone().into());
        let extra = [("MISE_TASK_NAME".into(), "t".into())];
        let spec = Spawn {
            program: "/bin/sh".into(),
            arg0: OsStr::new("sh"),
            args: &args,
            cwd: &case.cwd,
            env: &env,
            extra: &extra,
            streams: [Plug::Null, Plug::Pipe, Plug::Pipe],
            inherit: &[],
        };
        let direct = Direct::of(&case.shell, &case.script);
        let Some(child) = direct.and_then(|direct| direct.start(&spec, &Rules::default())) else {
            return false;
        };
        let without = see(child, true);
        let with = see(spawn(&spec).expect("the shell starts"), false);
        assert_eq!(without, with, "without a shell, and with it: {case:#?}");
        true
    }

    fn case(&self, random: &mut Random) -> Case {
        let shells = ["sh -o errexit -c", "sh -c", "sh -ec", "sh -euc", "sh -c -o nounset"];
        let shell = shells[random.below(shells.len())].split(' ').map(String::from).collect();
        let cwds = ["a dir", "link", "a dir/sub", "link/sub", ".", "also"];
        let cwd = self.path(cwds[random.below(cwds.len())]);
        Case { shell, script: self.script(random), env: self.env(random, &cwd), cwd }
    }

    fn script(&self, random: &mut Random) -> String {
        let fixed = [
            "cat /proc/self/environ",
            "cat /proc/self/cmdline /proc/self/comm /proc/self/limits /proc/self/cgroup",
            "grep -E '^(Sig[IBC]|Umask|Cap|Groups|Uid|Gid|Seccomp|NoNew)' /proc/self/status",
            "ls -l /proc/self/cwd",
            "ls /proc/self/fd",
        ];
        let mut script = String::new();
        if random.once_in(8) {
            script += ["\n", " ", "\t", "# x\n", "; "][random.below(5)];
        }
        if random.once_in(6) {
            return script + fixed[random.below(fixed.len())];
        }
        script += &self.name(random);
        let signals = ["TERM", "KILL", "INT", "PIPE", "HUP", "SEGV", "ABRT", "USR1", "36", "XCPU"];
        if script.ends_with("die") {
            return script + " " + signals[random.below(signals.len())];
        }
        for _ in 0..random.below(5) {
            script += [" ", " ", "  ", "\t"][random.below(4)];
            script += &word(random);
        }
        if script.contains("cat") {
            script += " /proc/self/environ";
        }
        if random.once_in(8) {
            script += ["\n", " ", "\n\n", " # x", ";", " &"][random.below(6)];
        }
        script
    }

    /// A program's name, in all ways that it can be written.
    fn name(&self, random: &mut Random) -> String {
        let names = [
            "args", "name", "cat", "fail", "die", "bare", "empty", "broken", "text", "bits",
            "folder", "missing", "here", "true", "echo", "test", "printf", "exit", "if", "args",
            "name", "cat", "args", "name", "cat", "args", "fail", "die",
        ];
        let name = names[random.below(names.len())];
        match random.below(14) {
            0 => format!("./{name}"),
            1 => format!("../bin/{name}"),
            2 => self.text("bin/") + name,
            3 => self.text("bin//") + name,
            4 => format!("'{name}'"),
            5 => format!("\"{name}\""),
            6 => format!("{}''{}", &name[..1], &name[1..]),
            7 => word(random),
            _ => name.to_owned(),
        }
    }

    fn env(&self, random: &mut Random, cwd: &Path) -> Vec<(OsString, OsString)> {
        let mut env: Vec<(OsString, OsString)> = Vec::new();
        let mut set = |name: &str, value: OsString| env.push((name.into(), value));
        let [bin, early, also] = ["bin", "early", "also"].map(|dir| self.text(dir));
        let paths = [
            format!("{bin}:/usr/bin:/bin"),
            format!("{early}:{bin}:/usr/bin:/bin"),
            format!("/no/such/dir:{bin}/args:{also}:/bin"),
            format!("{bin}/:/usr/bin:/bin"),
            format!("/bin::{bin}"),
            format!("./sub:{bin}:/bin"),
            format!(":{bin}:/bin"),
            format!("{}:{bin}:/bin", self.text("p%q/bin")),
            format!("{bin}%func:/bin"),
            format!("~/bin:{bin}:/bin"),
            format!("/bin:{bin}"),
            String::new(),
        ];
        let likely = random.below(3) > 0;
        set("PATH", paths[if likely { 0 } else { random.below(paths.len()) }].clone().into());
        let real = cwd.canonicalize().expect("the directory is there");
        match random.below(7) {
            0 => set("PWD", "/".into()),
            1 => set("PWD", "sub".into()),
            2 => set("PWD", real.join("../bin/..").into_os_string()),
            3 => set("PWD", real.join(".").into_os_string()),
            4 => set("PWD", real.into_os_string()),
            5 => set("PWD", cwd.as_os_str().to_owned()),
            _ => {}
        }
        for _ in 0..random.below(5) {
            let names = [
                "A", "HOME", "OLDPWD", "SHLVL", "_", "TERM", "LANG", "LC_ALL", "PS1", "PS2", "PS4",
                "LINENO", "MAIL", "MAILPATH", "HISTSIZE", "CDPATH", "OPTARG", "UID", "RANDOM",
                "x_1", "TZ", "COLUMNS", "EDITOR", "BASH_VERSION", "KSH_VERSION", "HASH",
                "MALLOC_X",
            ];
            // These the shell does not hand on as they are, all of them or some shells.
            let odd = [
                "IFS", "OPTIND", "PPID", "ENV", "BASH_ENV", "SHELLOPTS", "BASHOPTS", "a-b", "1x",
                "a.b", "POSIXLY_CORRECT", "BASH_FUNC_args%%", "\u{e9}",
            ];
            let list = if random.once_in(12) { &odd[..] } else { &names };
            let values: [&[u8]; 9] = [
                b"", b"1", b"x y", b"/", b"two\nlines", b"caf\xc3\xa9", b"\xff\x81", b"C",
                b"$x `y`",
            ];
            let value = OsString::from_vec(values[random.below(values.len())].to_vec());
            set(list[random.below(list.len())], value);
        }
        env
    }
}

/// A word of all that shells make something of, and of much that they do not.
fn word(random: &mut Random) -> String {
    const PLAIN: &[u8] = b"abcXYZ019_-./,:+=@%";
    const RISKY: &[u8] = b"$`\\\"'!*?[]{}()<>|&;#~^ \t\n";
    let mut word = String::new();
    let risky = random.once_in(6);
    for _ in 0..=random.below(4) {
        match random.below(if risky { 4 } else { 3 }) {
            0 => word.push(PLAIN[random.below(PLAIN.len())] as char),
            1 => {
                let all = [PLAIN, RISKY].concat();
                let inner = (0..random.below(5)).map(|_| all[random.below(all.len())] as char);
                let inner: String = inner.filter(|c| *c != '\'').collect();
                word += &format!("'{inner}'");
            }
            2 => {
                let all = [PLAIN, if risky { RISKY } else { b" ;*?[]{}()<>|&#~^'\n" }].concat();
                let inner = (0..random.below(5)).map(|_| all[random.below(all.len())] as char);
                word += &format!("\"{}\"", inner.collect::<String>());
            }
            _ => word.push(RISKY[random.below(RISKY.len())] as char),
        }
    }
    word
}

/// Waits for a command and tells what it did.
fn see(child: Child, spared: bool) -> Seen {
    let read = |fd: Option<OwnedFd>| {
        let mut bytes = Vec::new();
        let mut pipe = fs::File::from(fd.expect("it is a pipe"));
        pipe.read_to_end(&mut bytes).expect("a pipe of ours can be read");
        bytes
    };
    let errors = child.stderr;
    let errors = thread::spawn(move || read(errors));
    let stdout = read(child.stdout);
    let mut stderr = errors.join().expect("a pipe of ours can be read");
    let end = loop {
        match news(Some(&[child.pid])).0.first() {
            Some(end) => break *end,
            None => thread::sleep(Duration::from_micros(100)),
        }
    };
    let (end, words) = if spared { Endings::default().of_shell(end) } else { (end, None) };
    stderr.extend_from_slice(words.unwrap_or_default().as_bytes());
    let end = match end {
        News::Exited(_, code) => News::Exited(0, code),
        News::Killed(_, signal, dumped) => News::Killed(0, signal, dumped),
        News::Stopped(..) => panic!("it stands still"),
    };
    let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
    let mut stdout: Vec<String> = stdout.split(|byte| *byte == 0).map(text).collect();
    stdout.sort();
    Seen { stdout, stderr: text(&stderr), end }
}
