//! dc(1): the reverse-polish calculator, GNU dc 1.4's commands.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::rc::Rc;

use cli::{Outcome, complain, input, process};
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

use crate::base;
use crate::number::{Fault, Number};
use crate::output::Lines;

const USAGE: &str = "Usage: dc [OPTION] [file ...]
  -e, --expression=EXPR    evaluate expression
  -f, --file=FILE          evaluate contents of file
      --help               display this help and exit
  -V, --version            output version information and exit
";

#[derive(Clone)]
enum Value {
    Number(Number),
    Text(Rc<[u8]>),
}

/// A register: a stack, whose values have an array each.
#[derive(Default)]
struct Register {
    values: Vec<(Option<Value>, HashMap<i64, Value>)>,
}

/// A text that is being executed.
struct Frame {
    text: Rc<[u8]>,
    at: usize,
    /// How many texts it is: one that ended in this call is gone, but counts for `q`.
    levels: usize,
}

struct Machine {
    out: Lines,
    stack: Vec<Value>,
    registers: HashMap<u8, Register>,
    scale: usize,
    input_base: u32,
    output_base: u32,
    frames: Vec<Frame>,
    /// Lines of standard input that `?` takes.
    input: Vec<u8>,
    /// Whether the program itself is standard input.
    from_input: bool,
    quit: bool,
}

/// Macros nested deeper than this are a mistake, unless they end in the call.
const MAX_FRAMES: usize = 100_000;

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let mut machine = Machine {
        out: Lines::new("DC_LINE_LENGTH"),
        stack: Vec::new(),
        registers: HashMap::new(),
        scale: 0,
        input_base: 10,
        output_base: 10,
        frames: Vec::new(),
        input: Vec::new(),
        from_input: false,
        quit: false,
    };
    let mut worked = false;
    let mut status = 0;
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        let text = argument.to_string_lossy().into_owned();
        match text.as_str() {
            "-V" | "--version" => machine
                .out
                .raw(format!("dc (Cobnut) {}\n", env!("CARGO_PKG_VERSION")).as_bytes()),
            "-h" | "--help" => machine.out.raw(USAGE.as_bytes()),
            "-e" | "-f" => {
                let Some(value) = rest.next() else {
                    complain(
                        name,
                        format_args!("option requires an argument -- '{}'", &text[1..]),
                    );
                    return Ok(1);
                };
                status |= machine.take(&text, &value);
            }
            "-" => status |= machine.take("-f", &argument),
            _ => match text.split_once('=') {
                Some((option @ "--expression", value)) => status |= machine.take(option, OsStr::new(value)),
                Some((option @ "--file", value)) => status |= machine.take(option, OsStr::new(value)),
                _ if text.starts_with("-e") || text.starts_with("-f") => {
                    status |= machine.take(&text[..2], OsStr::new(&text[2..]));
                }
                _ if text.starts_with('-') => {
                    complain(
                        name,
                        format_args!("invalid option -- '{}'\n{USAGE}", text.trim_start_matches('-')),
                    );
                    return Ok(1);
                }
                _ => status |= machine.take("-f", &argument),
            },
        }
        worked = true;
        if machine.quit || machine.out.is_closed() {
            break;
        }
    }
    if !worked {
        machine.standard_input();
    }
    Ok(machine.out.finish(name, status))
}

/// What a command can't do.
type Failure = String;

impl Machine {
    fn take(&mut self, option: &str, value: &OsStr) -> i32 {
        if option.ends_with('e') && option != "--file" || option == "--expression" {
            self.execute(value.as_encoded_bytes());
            return 0;
        }
        match input::read_file(value) {
            Ok(text) => {
                self.execute(&text);
                0
            }
            Err(_) => {
                complain("dc", format_args!("Could not open file {}", value.display()));
                0
            }
        }
    }

    /// Each line is executed when it is there.
    fn standard_input(&mut self) {
        let mut program = Vec::new();
        self.from_input = true;
        while !self.quit && !self.out.is_closed() {
            self.out.send();
            let Some(line) = self.line() else { break };
            program.extend(line);
            if depth(&program) == 0 {
                self.execute(&std::mem::take(&mut program));
            }
        }
        self.execute(&program);
    }

    fn line(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(end) = self.input.iter().position(|b| *b == b'\n') {
                return Some(self.input.drain(..=end).collect());
            }
            let mut piece = [0; 4096];
            match input::read(sys::Fd::STDIN, &mut piece) {
                Ok(n) if n > 0 => self.input.extend_from_slice(&piece[..n]),
                _ => return Some(std::mem::take(&mut self.input)).filter(|line| !line.is_empty()),
            }
        }
    }

    fn execute(&mut self, text: &[u8]) {
        self.frames = vec![Frame {
            text: text.into(),
            at: 0,
            levels: 1,
        }];
        while !self.quit && !self.out.is_closed() {
            let Some(b) = self.byte() else {
                self.frames.pop();
                if self.frames.is_empty() {
                    return;
                }
                continue;
            };
            if let Err(why) = self.command(b) {
                self.out.send();
                complain("dc", why);
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        let frame = self.frames.last()?;
        frame.text.get(frame.at).copied()
    }

    fn byte(&mut self) -> Option<u8> {
        let frame = self.frames.last_mut()?;
        let b = frame.text.get(frame.at).copied()?;
        frame.at += 1;
        Some(b)
    }

    /// The name of a register, which follows its command.
    fn register(&mut self) -> Result<u8, Failure> {
        self.byte().ok_or_else(|| "unexpected EOS".into())
    }

    fn push(&mut self, number: Number) {
        self.stack.push(Value::Number(number));
    }

    fn pop(&mut self) -> Result<Value, Failure> {
        self.stack.pop().ok_or_else(|| "stack empty".into())
    }

    fn top(&self) -> Result<&Value, Failure> {
        self.stack.last().ok_or_else(|| "stack empty".into())
    }

    /// The top numbers, which stay where they are unless all of them are there.
    fn numbers<const N: usize>(&mut self) -> Result<[Number; N], Failure> {
        if self.stack.len() < N {
            return Err("stack empty".into());
        }
        let start = self.stack.len() - N;
        let mut found = Vec::new();
        for value in &self.stack[start..] {
            match value {
                Value::Number(number) => found.push(number.clone()),
                Value::Text(_) => return Err("non-numeric value".into()),
            }
        }
        self.stack.truncate(start);
        found.try_into().map_err(|_| "stack empty".into())
    }

    fn show(&mut self, value: &Value) {
        let text = match value {
            Value::Number(number) => base::format(number, self.output_base).into_bytes(),
            Value::Text(text) => {
                self.out.raw(text);
                return;
            }
        };
        self.out.put(&text);
    }

    fn command(&mut self, b: u8) -> Result<(), Failure> {
        match b {
            b' ' | b'\t' | b'\n' | b'\r' => {}
            b'0'..=b'9' | b'A'..=b'F' | b'.' | b'_' => self.number(b),
            b'[' => self.text()?,
            b'#' => while self.byte().is_some_and(|b| b != b'\n') {},
            b'p' => {
                let top = self.top()?.clone();
                self.show(&top);
                self.out.put(b"\n");
            }
            b'n' => {
                let top = self.pop()?;
                self.show(&top);
            }
            b'P' => match self.pop()? {
                Value::Text(text) => self.out.raw(&text),
                Value::Number(number) => {
                    let (_, bytes) = number.integer().to_bytes_be();
                    self.out.raw(&bytes);
                }
            },
            b'f' => {
                for value in self.stack.clone().iter().rev() {
                    self.show(value);
                    self.out.put(b"\n");
                }
            }
            b'+' | b'-' | b'*' | b'/' | b'%' | b'^' | b'~' => self.arithmetic(b)?,
            b'|' => {
                let [base, exponent, modulus] = self.numbers()?;
                if exponent.is_negative() {
                    self.stack.extend([base, exponent, modulus].map(Value::Number));
                    return Err("negative exponent".into());
                }
                match base.power_modulo(&exponent, &modulus) {
                    Ok(result) => self.push(result),
                    Err(_) => return Err("remainder by zero".into()),
                }
            }
            b'v' => {
                let [number] = self.numbers()?;
                match number.root(self.scale) {
                    Ok(root) => self.push(root),
                    Err(_) => return Err("square root of negative number".into()),
                }
            }
            b'c' => self.stack.clear(),
            b'd' => {
                let top = self.top()?.clone();
                self.stack.push(top);
            }
            b'r' => {
                let length = self.stack.len();
                if length < 2 {
                    return Err("stack empty".into());
                }
                self.stack.swap(length - 1, length - 2);
            }
            b'R' => {
                let [count] = self.numbers()?;
                let count = count.to_i64().unwrap_or(0);
                let length = self.stack.len();
                let many = usize::try_from(count.unsigned_abs())
                    .unwrap_or(usize::MAX)
                    .min(length);
                let part = &mut self.stack[length - many..];
                match count {
                    2.. if many > 0 => part.rotate_left(1),
                    ..=-2 if many > 0 => part.rotate_right(1),
                    _ => {}
                }
            }
            b'i' | b'o' | b'k' => self.set(b)?,
            b'I' => self.push(i64::from(self.input_base).into()),
            b'O' => self.push(i64::from(self.output_base).into()),
            b'K' => self.push((self.scale as i64).into()),
            b'z' => self.push((self.stack.len() as i64).into()),
            b'Z' => {
                let length = match self.pop()? {
                    Value::Number(number) => number.digits().magnitude().to_string().len(),
                    Value::Text(text) => text.len(),
                };
                self.push((length as i64).into());
            }
            b'X' => {
                let scale = match self.pop()? {
                    Value::Number(number) => number.scale(),
                    Value::Text(_) => 0,
                };
                self.push((scale as i64).into());
            }
            b'a' => {
                let text: Vec<u8> = match self.pop()? {
                    Value::Number(number) => vec![number.integer().to_bytes_le().1[0]],
                    Value::Text(text) => text.first().copied().into_iter().collect(),
                };
                self.stack.push(Value::Text(text.into()));
            }
            b's' | b'l' | b'S' | b'L' | b':' | b';' => self.registers(b)?,
            b'x' => match self.pop()? {
                Value::Text(text) => self.call(text)?,
                number => self.stack.push(number),
            },
            b'<' | b'>' | b'=' => self.conditional(b, false)?,
            b'!' => match self.peek() {
                Some(b @ (b'<' | b'>' | b'=')) => {
                    self.byte();
                    self.conditional(b, true)?;
                }
                _ => self.shell(),
            },
            b'q' => self.leave(2),
            b'Q' => {
                let [count] = self.numbers()?;
                match count.to_i64() {
                    // GNU dc's Q of one level ends none.
                    Some(1) => {}
                    Some(count) if count > 1 => self.leave(usize::try_from(count).unwrap_or(usize::MAX)),
                    _ => return Err("Q command requires a number >= 1".into()),
                }
            }
            b'?' => {
                self.out.send();
                // Where the program is standard input, what comes next is the rest of its line.
                if self.from_input {
                    let program = &mut self.frames[0];
                    let rest = program.text[program.at..].to_vec();
                    if rest.iter().any(|b| *b != b'\n') {
                        program.at = program.text.len();
                        return self.call(rest.into());
                    }
                }
                if let Some(line) = self.line() {
                    self.call(line.into())?;
                }
            }
            other => {
                // GNU dc says it among the output.
                let shown = if other.is_ascii_graphic() {
                    format!("'{}' (0{other:o})", char::from(other))
                } else {
                    format!("0{other:o}")
                };
                self.out.raw(format!("{shown} unimplemented\n").as_bytes());
            }
        }
        Ok(())
    }

    /// Ends as many texts; where there are no more of them, dc.
    fn leave(&mut self, mut count: usize) {
        while count > 0 {
            match self.frames.last_mut() {
                Some(frame) if frame.levels > count => {
                    frame.at = frame.text.len();
                    frame.levels -= count;
                    return;
                }
                Some(frame) => {
                    count -= frame.levels;
                    self.frames.pop();
                }
                None => break,
            }
        }
        self.quit = self.frames.is_empty();
    }

    fn call(&mut self, text: Rc<[u8]>) -> Result<(), Failure> {
        // A call at a text's end takes its place: loops may go on for ever.
        let mut levels = 1;
        if self.frames.len() > 1 && self.peek().is_none() {
            levels += self.frames.pop().map_or(0, |frame| frame.levels);
        }
        if self.frames.len() >= MAX_FRAMES {
            return Err("macros are nested too deep".into());
        }
        self.frames.push(Frame { text, at: 0, levels });
        Ok(())
    }

    fn number(&mut self, first: u8) {
        let mut text = String::new();
        if first == b'_' {
            text.push('-');
        } else {
            text.push(char::from(first));
        }
        let mut point = first == b'.';
        while let Some(b @ (b'0'..=b'9' | b'A'..=b'F' | b'.')) = self.peek() {
            if b == b'.' && std::mem::replace(&mut point, true) {
                break;
            }
            text.push(char::from(b));
            self.byte();
        }
        let number = parse(&text, self.input_base);
        self.push(number);
    }

    fn text(&mut self) -> Result<(), Failure> {
        let mut text = Vec::new();
        let mut open = 1;
        loop {
            let b = self.byte().ok_or("unexpected EOS")?;
            open += match b {
                b'[' => 1,
                b']' => -1,
                _ => 0,
            };
            if open == 0 {
                self.stack.push(Value::Text(text.into()));
                return Ok(());
            }
            text.push(b);
        }
    }

    fn arithmetic(&mut self, operator: u8) -> Result<(), Failure> {
        let [left, right] = self.numbers()?;
        let scale = self.scale;
        let result = match operator {
            b'+' => Ok(left.add(&right)),
            b'-' => Ok(left.subtract(&right)),
            b'*' => Ok(left.multiply(&right, scale)),
            b'/' => left.divide(&right, scale),
            b'%' => left.remainder(&right, scale),
            b'~' => left.divide(&right, scale).and_then(|quotient| {
                self.push(quotient);
                let rest = left.remainder(&right, scale);
                if rest.is_err() {
                    self.stack.pop();
                }
                rest
            }),
            _ => {
                if right.scale() > 0 && !right.subtract(&right.rescaled(0)).is_zero() {
                    self.out.send();
                    let warning = "Runtime warning: non-zero scale in exponent\n";
                    let _ = sys::write_all(sys::Fd::STDERR, warning.as_bytes());
                }
                let exponent = right.integer();
                // Zero to a negative power is zero in GNU dc.
                if left.is_zero() && exponent.is_negative() {
                    Ok(left.clone())
                } else {
                    left.power(&exponent, scale)
                }
            }
        };
        match result {
            Ok(result) => {
                self.push(result);
                Ok(())
            }
            Err(why) => {
                self.push(left);
                self.push(right);
                Err(match (why, operator) {
                    (Fault::ExponentTooLarge, _) => "exponent too large in raise".into(),
                    (_, b'%') => "remainder by zero".into(),
                    _ => "divide by zero".into(),
                })
            }
        }
    }

    fn set(&mut self, command: u8) -> Result<(), Failure> {
        let [number] = self.numbers()?;
        let value = number.integer();
        let within = |least: i64, most: i64| value.to_i64().filter(|value| (least..=most).contains(value));
        match command {
            b'i' => {
                let base = within(2, 16).ok_or("input base must be a number between 2 and 16 (inclusive)")?;
                self.input_base = base as u32;
            }
            b'o' => {
                let base = within(2, i32::MAX.into()).ok_or("output base must be a number greater than 1")?;
                self.output_base = base as u32;
            }
            _ => {
                let scale = within(0, i32::MAX.into()).ok_or("scale must be a nonnegative number")?;
                self.scale = scale as usize;
            }
        }
        Ok(())
    }

    fn registers(&mut self, command: u8) -> Result<(), Failure> {
        let name = self.register()?;
        match command {
            b's' => {
                let value = self.pop()?;
                let register = self.registers.entry(name).or_default();
                match register.values.last_mut() {
                    Some((held, _)) => *held = Some(value),
                    None => register.values.push((Some(value), HashMap::new())),
                }
            }
            b'S' => {
                let value = self.pop()?;
                let register = self.registers.entry(name).or_default();
                register.values.push((Some(value), HashMap::new()));
            }
            b'l' => {
                let register = self.registers.entry(name).or_default();
                let held = register.values.last().and_then(|(held, _)| held.clone());
                // A register that nothing was put into is zero.
                self.stack
                    .push(held.unwrap_or_else(|| Value::Number(Number::zero())));
            }
            b'L' => {
                let register = self.registers.entry(name).or_default();
                let (held, _) = register
                    .values
                    .pop()
                    .ok_or_else(|| format!("stack register '{}' (0{name:o}) is empty", char::from(name)))?;
                self.stack
                    .push(held.unwrap_or_else(|| Value::Number(Number::zero())));
            }
            _ => {
                let [index] = self.numbers()?;
                let index = index
                    .to_i64()
                    .filter(|index| *index >= 0)
                    .ok_or("array index must be a nonnegative integer")?;
                let value = if command == b':' { Some(self.pop()?) } else { None };
                let register = self.registers.entry(name).or_default();
                if register.values.is_empty() {
                    register.values.push((None, HashMap::new()));
                }
                let Some((_, array)) = register.values.last_mut() else {
                    return Ok(());
                };
                match value {
                    Some(value) => drop(array.insert(index, value)),
                    None => {
                        let held = array.get(&index).cloned();
                        self.stack
                            .push(held.unwrap_or_else(|| Value::Number(Number::zero())));
                    }
                }
            }
        }
        Ok(())
    }

    /// The top of the stack is compared with what is below it.
    fn conditional(&mut self, relation: u8, negate: bool) -> Result<(), Failure> {
        let name = self.register()?;
        let [below, top] = self.numbers()?;
        let order = top.compare(&below);
        let holds = match relation {
            b'<' => order.is_lt(),
            b'>' => order.is_gt(),
            _ => order.is_eq(),
        };
        if holds == negate {
            return Ok(());
        }
        let held = self
            .registers
            .get(&name)
            .and_then(|register| register.values.last());
        match held.and_then(|(held, _)| held.clone()) {
            Some(Value::Text(text)) => self.call(text),
            Some(number) => {
                self.stack.push(number);
                Ok(())
            }
            None => {
                self.push(Number::zero());
                Ok(())
            }
        }
    }

    /// The rest of the line goes to the shell.
    fn shell(&mut self) {
        let mut line = Vec::new();
        while let Some(b) = self.byte().filter(|b| *b != b'\n') {
            line.push(b);
        }
        self.out.send();
        if let Err(why) = process::run(&[b"sh".to_vec(), b"-c".to_vec(), line]) {
            complain("dc", format_args!("sh: {why}"));
        }
    }
}

/// A number by dc's rules: as bc's, but a digit that the base doesn't have keeps its value.
fn parse(text: &str, base: u32) -> Number {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = whole.chars().chain(fraction.chars());
    let value = all.fold(BigInt::from(0), |number, c| {
        number * base + c.to_digit(16).unwrap_or(0)
    });
    let places = u32::try_from(fraction.len()).unwrap_or(u32::MAX);
    let scaled = value * BigInt::from(10).pow(places) / BigInt::from(base).pow(places);
    let number = Number::new(scaled, fraction.len());
    if negative { number.negated() } else { number }
}

/// How many brackets are open.
fn depth(text: &[u8]) -> usize {
    let mut open = 0usize;
    let mut comment = false;
    for b in text {
        match b {
            b'\n' => comment = false,
            b'#' if open == 0 => comment = true,
            b'[' if !comment => open += 1,
            b']' if !comment => open = open.saturating_sub(1),
            _ => {}
        }
    }
    open
}
