//! A file read in a process of its own: whatever it does to the reading, it does to that process.
//!
//! The process is this same program under another command. It gets the bytes on its input and
//! answers on its output; it inherits no environment, hence no secret, opens no file, and gives
//! itself limits before it looks at the first byte. Its parent ends it where it lasts.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rlimit::Resource;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

use super::wire::Answer;
use super::{ReadError, read_workbook};
use crate::imports::sheet::Workbook;

/// The command under which the program reads one file. People never type it.
pub const COMMAND: &str = "read-file";

/// How much of what the process complains of is kept for the log.
const LONGEST_COMPLAINT: u64 = 2_000;

/// What reading one file may cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest file, in bytes: a year of figures for the whole country is some 100 kB.
    pub bytes: u64,
    /// The address space of the process, in bytes, the program's own included.
    pub memory: u64,
    /// Its time of computing, in seconds.
    pub computing: u64,
    /// Its time by the clock.
    pub lasting: Duration,
    /// Its answer, in bytes.
    pub answer: u64,
    /// How many files are read at once; the others wait.
    pub at_once: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 32 * 1024 * 1024,
            memory: 768 * 1024 * 1024,
            computing: 20,
            lasting: Duration::from_secs(40),
            answer: 64 * 1024 * 1024,
            at_once: 2,
        }
    }
}

/// Reads files, each in a process of its own. Clones share the number of files read at once.
#[derive(Clone, Debug)]
pub struct Reader {
    program: PathBuf,
    limits: Limits,
    turns: Arc<Semaphore>,
}

/// A file that was read, or not, and the most address space that it took, in bytes, where the
/// process could still tell.
#[derive(Debug)]
pub struct Measured {
    /// What was read.
    pub outcome: Result<Workbook, ReadError>,
    /// The peak of the address space of the process.
    pub peak: Option<u64>,
}

impl Reader {
    /// Reads with that program, which must answer to [`COMMAND`].
    pub fn new(program: impl Into<PathBuf>, limits: Limits) -> Self {
        Self {
            program: program.into(),
            turns: Arc::new(Semaphore::new(limits.at_once.max(1))),
            limits,
        }
    }

    /// Reads with the program that is running, within the usual limits.
    ///
    /// # Errors
    /// Where the system does not tell which program is running.
    pub fn of_this_program() -> std::io::Result<Self> {
        Ok(Self::new(std::env::current_exe()?, Limits::default()))
    }

    /// What reading one file may cost.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Reads a file: what it is, its bytes say.
    ///
    /// # Errors
    /// Told in French to the person who sent the file; their causes are logged here.
    pub async fn read(&self, bytes: &[u8]) -> Result<Workbook, ReadError> {
        let outcome = self.measure(bytes).await.outcome;
        if let Err(error) = &outcome {
            tracing::info!(size = bytes.len(), ?error, "file not read");
        }
        outcome
    }

    /// Reads a file and tells what it took.
    pub async fn measure(&self, bytes: &[u8]) -> Measured {
        let answer = match self.answer(bytes).await {
            Ok(answer) => answer,
            Err(error) => {
                return Measured {
                    outcome: Err(error),
                    peak: None,
                };
            }
        };
        let peak = answer.peak;
        // A million cells take a while to lay out: not on a thread that serves others.
        let laid_out = tokio::task::spawn_blocking(|| answer.outcome?.workbook()).await;
        Measured {
            outcome: laid_out.unwrap_or_else(|error| Err(crashed(error))),
            peak,
        }
    }

    async fn answer(&self, bytes: &[u8]) -> Result<Answer, ReadError> {
        let most = self.limits.bytes;
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > most {
            return Err(ReadError::TooLarge { most });
        }
        let _turn = self.turns.acquire().await.map_err(unavailable)?;
        let child = self.start().map_err(unavailable)?;
        // Giving up drops the child, which ends it.
        let ended = tokio::time::timeout(self.limits.lasting, self.exchange(child, bytes));
        let Ended {
            answer,
            complaint,
            status,
        } = ended.await.map_err(|_| ReadError::TooLong)??;
        if !status.success() {
            return Err(explain(status, &complaint));
        }
        if answer.len() as u64 > self.limits.answer {
            return Err(ReadError::TooMuchMemory);
        }
        let read = tokio::task::spawn_blocking(move || serde_json::from_slice(&answer)).await;
        read.map_err(crashed)?.map_err(crashed)
    }

    fn start(&self) -> std::io::Result<Child> {
        Command::new(&self.program)
            .arg(COMMAND)
            .arg(self.limits.memory.to_string())
            .arg(self.limits.computing.to_string())
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
    }

    async fn exchange(&self, mut child: Child, bytes: &[u8]) -> Result<Ended, ReadError> {
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(mut stdin), Some(stdout), Some(stderr)) = (stdin, stdout, stderr) else {
            return Err(unavailable("the process has no pipes"));
        };
        let send = async move {
            // A process that ended before it read everything says why elsewhere.
            let _ = stdin.write_all(bytes).await;
        };
        let ((), answer, complaint) = tokio::join!(
            send,
            gather(stdout, self.limits.answer + 1),
            gather(stderr, LONGEST_COMPLAINT)
        );
        Ok(Ended {
            answer: answer.map_err(crashed)?,
            complaint: String::from_utf8_lossy(&complaint.map_err(crashed)?).into_owned(),
            status: child.wait().await.map_err(crashed)?,
        })
    }
}

/// How a process ended, and what it said.
struct Ended {
    answer: Vec<u8>,
    complaint: String,
    status: ExitStatus,
}

/// The first bytes of a pipe. What comes after them is not wanted: its writer is told so.
async fn gather(pipe: impl AsyncRead + Unpin, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    pipe.take(most).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

/// Why a process that did not answer ended.
fn explain(status: ExitStatus, complaint: &str) -> ReadError {
    use std::os::unix::process::ExitStatusExt as _;
    /// Of POSIX, the same on every system.
    const KILLED: i32 = 9;
    /// Of Linux and macOS: the time of computing is spent.
    const COMPUTED_ENOUGH: i32 = 24;
    let out_of_memory = ["memory allocation of", "capacity overflow"];
    match status.signal() {
        _ if out_of_memory.iter().any(|said| complaint.contains(said)) => ReadError::TooMuchMemory,
        Some(COMPUTED_ENOUGH) => ReadError::TooLong,
        // Not by its parent, which reads no answer from a process it has ended: by a system that
        // has no memory left.
        Some(KILLED) => ReadError::TooMuchMemory,
        _ => crashed(format!("{status}: {complaint}")),
    }
}

#[allow(clippy::needless_pass_by_value)] // the form that `map_err` asks for
fn crashed(cause: impl ToString) -> ReadError {
    ReadError::Crashed {
        cause: cause.to_string(),
    }
}

#[allow(clippy::needless_pass_by_value)] // the form that `map_err` asks for
fn unavailable(cause: impl ToString) -> ReadError {
    ReadError::Unavailable {
        cause: cause.to_string(),
    }
}

/// What the reading process does, where the program was started as one: `None` where it was not.
pub fn child(mut arguments: impl Iterator<Item = OsString>) -> Option<ExitCode> {
    if arguments.nth(1)? != COMMAND {
        return None;
    }
    let mut number = || arguments.next()?.to_str()?.parse().ok();
    let (Some(memory), Some(computing)) = (number(), number()) else {
        eprintln!("usage: {COMMAND} MEMORY COMPUTING");
        return Some(ExitCode::from(2));
    };
    Some(match restrain(memory, computing).and_then(|()| serve()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    })
}

/// Takes from this process what reading a file does not need.
fn restrain(memory: u64, computing: u64) -> std::io::Result<()> {
    for (resource, most) in [
        (Resource::AS, memory),
        (Resource::FSIZE, 0),
        (Resource::CORE, 0),
        (Resource::NOFILE, 16),
    ] {
        rlimit::setrlimit(resource, most, most)?;
    }
    // The first limit ends the process with a signal that says why, the second would not.
    rlimit::setrlimit(Resource::CPU, computing, computing.saturating_add(1))
}

/// Reads the file on the input, answers on the output.
fn serve() -> std::io::Result<()> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    let outcome = read_workbook(&bytes);
    drop(bytes);
    let answer = Answer {
        outcome: outcome.map(Into::into),
        peak: peak(),
    };
    let answer = serde_json::to_vec(&answer).map_err(std::io::Error::other)?;
    std::io::stdout().lock().write_all(&answer)
}

/// The most address space that this process has had, where the system tells it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmPeak:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
