//! Reading statements and dot-commands, line by line, from a file, standard input or a terminal.

use sys::Fd;

use crate::command;
use crate::engine;
use crate::scan::Scan;
use crate::shell::{Flow, Shell};
use crate::terminal::Line;

/// Lines of a descriptor.
pub struct Lines {
    fd: Fd,
    buffer: Vec<u8>,
    start: usize,
    ended: bool,
}

impl Lines {
    pub fn of(fd: Fd) -> Lines {
        Lines {
            fd,
            buffer: Vec::new(),
            start: 0,
            ended: false,
        }
    }

    /// Does the next line have to be read first?
    fn must_wait(&self) -> bool {
        !self.ended && !self.buffer[self.start..].contains(&b'\n')
    }

    /// The next line, without its newline (and a carriage return before that); `None` at the end.
    pub fn next(&mut self) -> Option<Vec<u8>> {
        let mut searched = self.start;
        loop {
            if let Some(length) = self.buffer[searched..].iter().position(|b| *b == b'\n') {
                let end = searched + length;
                let mut line = self.buffer[self.start..end].to_vec();
                self.start = end + 1;
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                return Some(line);
            }
            if self.ended {
                let line = self.buffer.split_off(self.start);
                self.buffer.clear();
                self.start = 0;
                return (!line.is_empty()).then_some(line);
            }
            self.buffer.drain(..self.start);
            self.start = 0;
            searched = self.buffer.len();
            let mut chunk = [0; 16 * 1024];
            match sys::read(self.fd, &mut chunk) {
                Ok(0) => self.ended = true,
                Ok(n) => self.buffer.extend_from_slice(&chunk[..n]),
                Err(sys::Errno::EINTR) => {}
                Err(_) => self.ended = true,
            }
        }
    }
}

/// Where lines come from.
pub enum Input {
    Terminal,
    Lines(Lines),
}

impl Input {
    /// Is each line shown with a prompt?
    fn prompts(&self) -> bool {
        matches!(self, Input::Terminal)
    }
}

/// Reads and runs all that `input` has.
pub fn process(shell: &mut Shell, input: &mut Input) -> Flow {
    if shell.depth > 25 {
        let line = shell.line;
        shell.tell(format!("Input nesting limit (25) reached at line {line}. Check recursion.\n").as_bytes());
        return Flow::Failed;
    }
    shell.depth += 1;
    let flow = process_lines(shell, input);
    shell.depth -= 1;
    flow
}

fn process_lines(shell: &mut Shell, input: &mut Input) -> Flow {
    let mut errors = 0;
    let mut sql: Vec<u8> = Vec::new();
    let mut scan = Scan::default();
    let mut number = 0;
    let mut began = 0;
    while errors == 0 || !shell.bail || input.prompts() {
        let line = match input {
            Input::Lines(lines) => {
                // Whoever gives the next line may be waiting for what the last one answered.
                if lines.must_wait() {
                    shell.out.send();
                }
                lines.next()
            }
            Input::Terminal => match crate::terminal::read(shell, sql.is_empty()) {
                Line::Text(line) => Some(line),
                Line::End => {
                    shell.out.put(b"\n");
                    None
                }
                Line::Interrupted => {
                    sql.clear();
                    scan = Scan::default();
                    continue;
                }
            },
        };
        let Some(mut line) = line else { break };
        // ^C ends more than a statement where nobody types the next one.
        if !input.prompts() && sys::recorded().contains(sys::Signal::INT) {
            break;
        }
        number += 1;
        shell.line = number;
        if scan.is_plain() && is_terminator(&line) && engine::is_complete(&[&sql[..], b";"].concat()) {
            line = b";".to_vec();
        }
        scan.line(&line);
        if scan.is_blank() && sql.is_empty() {
            shell.echo_line(&line);
            scan = Scan::default();
            continue;
        }
        if sql.is_empty() && matches!(line.first(), Some(b'.' | b'#')) {
            shell.echo_line(&line);
            scan = Scan::default();
            if line[0] == b'.' {
                match command::run(shell, &line) {
                    Flow::Go => {}
                    Flow::Failed => errors += 1,
                    Flow::Leave => break,
                    exit => return exit,
                }
            }
            continue;
        }
        if sql.is_empty() {
            sql.extend_from_slice(line.trim_ascii_start());
            began = number;
        } else {
            sql.push(b'\n');
            sql.extend_from_slice(&line);
        }
        if sql.is_empty() {
            continue;
        }
        if scan.ends_statement() && engine::is_complete(&sql) {
            match run(shell, &sql, began, input) {
                Flow::Go => {}
                Flow::Failed => errors += 1,
                exit => return exit,
            }
            if shell.once > 0 {
                shell.out.reset();
                shell.once = 0;
            }
            sql.clear();
            scan = Scan::default();
        } else if scan.is_blank() {
            shell.echo_line(&sql);
            sql.clear();
            scan = Scan::default();
        }
    }
    if !sql.is_empty() {
        match run(shell, &sql, began, input) {
            Flow::Go => {}
            Flow::Failed => errors += 1,
            exit => return exit,
        }
    }
    if errors > 0 { Flow::Failed } else { Flow::Go }
}

fn run(shell: &mut Shell, sql: &[u8], began: usize, input: &Input) -> Flow {
    shell.echo_line(sql);
    shell.run_sql(sql, (!input.prompts()).then_some(began))
}

/// `/` as Oracle ends a statement, and `go` as SQL Server does.
fn is_terminator(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let (word, rest) = match line {
        [b'/', rest @ ..] => (true, rest),
        [b'g' | b'G', b'o' | b'O', rest @ ..] => (true, rest),
        _ => (false, line),
    };
    let mut scan = Scan::default();
    scan.line(rest);
    word && scan.is_blank()
}

impl Shell {
    pub fn echo_line(&mut self, line: &[u8]) {
        if self.echo {
            self.out.put(line);
            self.out.put(b"\n");
        }
    }
}
