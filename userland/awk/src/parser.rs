//! Rules, functions and statements; expressions are in [`expression`].

mod expression;
mod names;

use crate::ast::{Function, Lvalue, Matcher, Program, Redirect, Rule, Stmt, StmtKind};
use crate::lexer::{File, Keyword, Lexer, Token};
use crate::value::Str;

pub struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token,
    names: names::Names,
    program: Program,
    /// Whether `>` and `|` belong to a print statement.
    in_print: bool,
    depth: usize,
    loops: usize,
    switches: usize,
    in_function: bool,
    /// `BEGIN` and its like, inside of which there is no record to leave.
    special_rule: Option<&'static str>,
}

/// A syntax error, as it is printed.
pub type Result<T> = std::result::Result<T, String>;

/// Expressions and statements nested deeper than this could overflow the stack.
const MAX_DEPTH: usize = 400;

/// Parses all sources as one program.
pub fn parse(files: &[File]) -> Result<Program> {
    let mut names = names::Names::new();
    let mut program = Program::default();
    for file in files {
        let mut parser = Parser {
            lexer: Lexer::new(file),
            token: Token::End,
            names,
            program,
            in_print: false,
            depth: 0,
            loops: 0,
            switches: 0,
            in_function: false,
            special_rule: None,
        };
        parser.advance()?;
        parser.items()?;
        names = parser.names;
        program = parser.program;
    }
    names.finish(&mut program)?;
    Ok(program)
}

impl Parser<'_> {
    fn advance(&mut self) -> Result<Token> {
        match self.lexer.next() {
            Ok(token) => Ok(std::mem::replace(&mut self.token, token)),
            Err(why) => Err(self.error(&why)),
        }
    }

    fn error(&self, why: &str) -> String {
        let (line, column) = self.lexer.place();
        let place = format!("{}:{}:", self.lexer.file_name(), self.lexer.start_line);
        format!("{place} {line}\nawk: {place} {:column$}^ {why}", "")
    }

    fn syntax_error<T>(&self) -> Result<T> {
        Err(self.error(match self.token {
            Token::Newline => "unexpected newline or end of string",
            Token::End => "unexpected newline or end of string",
            _ => "syntax error",
        }))
    }

    fn is(&self, op: &str) -> bool {
        matches!(&self.token, Token::Op(own) if *own == op)
    }

    fn is_keyword(&self, keyword: Keyword) -> bool {
        self.token == Token::Keyword(keyword)
    }

    fn accept(&mut self, op: &str) -> Result<bool> {
        let is = self.is(op);
        if is {
            self.advance()?;
        }
        Ok(is)
    }

    fn expect(&mut self, op: &str) -> Result<()> {
        if self.accept(op)? {
            Ok(())
        } else {
            self.syntax_error()
        }
    }

    fn newlines(&mut self) -> Result<()> {
        while self.token == Token::Newline {
            self.advance()?;
        }
        Ok(())
    }

    fn terminators(&mut self) -> Result<()> {
        while self.token == Token::Newline || self.is(";") {
            self.advance()?;
        }
        Ok(())
    }

    fn items(&mut self) -> Result<()> {
        self.terminators()?;
        while self.token != Token::End {
            self.item()?;
            self.terminators()?;
        }
        Ok(())
    }

    fn item(&mut self) -> Result<()> {
        match self.token {
            Token::Keyword(Keyword::Function) => return self.function(),
            Token::Keyword(
                which @ (Keyword::Begin | Keyword::End | Keyword::BeginFile | Keyword::EndFile),
            ) => {
                self.advance()?;
                if !self.is("{") {
                    return self.syntax_error();
                }
                self.special_rule = match which {
                    Keyword::Begin => Some("BEGIN"),
                    Keyword::End => Some("END"),
                    Keyword::BeginFile => Some("BEGINFILE"),
                    _ => Some("ENDFILE"),
                };
                let body = self.block()?;
                self.special_rule = None;
                let list = match which {
                    Keyword::Begin => &mut self.program.begin,
                    Keyword::End => &mut self.program.end,
                    Keyword::BeginFile => &mut self.program.begin_file,
                    _ => &mut self.program.end_file,
                };
                list.push(body);
                return Ok(());
            }
            _ => {}
        }
        let matcher = if self.is("{") {
            Matcher::Always
        } else {
            let from = self.expression()?;
            if self.accept(",")? {
                self.newlines()?;
                let to = self.expression()?;
                self.program.ranges += 1;
                Matcher::Range(from, to, self.program.ranges - 1)
            } else {
                Matcher::Expr(from)
            }
        };
        let body = if self.is("{") { Some(self.block()?) } else { None };
        if body.is_none() && !matches!(self.token, Token::Newline | Token::End | Token::Op(";")) {
            return self.syntax_error();
        }
        self.program.rules.push(Rule { matcher, body });
        Ok(())
    }

    fn function(&mut self) -> Result<()> {
        self.advance()?;
        let name = match &self.token {
            Token::Name(name) | Token::FuncName(name) => name.clone(),
            _ => return self.syntax_error(),
        };
        let id = self
            .names
            .define_function(&name)
            .map_err(|why| self.error(&why))?;
        self.advance()?;
        self.expect("(")?;
        let mut params: Vec<Str> = Vec::new();
        while !self.is(")") {
            let Token::Name(param) = &self.token else {
                return self.syntax_error();
            };
            if params.iter().any(|own| own.as_slice() == param.as_slice()) {
                let param = String::from_utf8_lossy(param).into_owned();
                return Err(self.error(&format!("duplicate parameter `{param}'")));
            }
            params.push(Str::from(param.as_slice()));
            self.advance()?;
            if !self.accept(",")? {
                break;
            }
            self.newlines()?;
        }
        self.expect(")")?;
        self.newlines()?;
        if !self.is("{") {
            return self.syntax_error();
        }
        self.names.enter(id, &params);
        self.in_function = true;
        let body = self.block();
        self.in_function = false;
        self.names.leave(Function {
            name: Str::from(name.as_slice()),
            arrays: vec![false; params.len()],
            params,
            body: body?,
        });
        Ok(())
    }

    fn stmt(&self, kind: StmtKind, line: u32) -> Stmt {
        Stmt { line, kind }
    }

    /// `{ … }`.
    fn block(&mut self) -> Result<Stmt> {
        let line = self.lexer.start_line;
        self.expect("{")?;
        let mut body = Vec::new();
        self.terminators()?;
        while !self.is("}") {
            body.push(self.statement()?);
            self.terminators()?;
        }
        self.advance()?;
        Ok(self.stmt(StmtKind::Block(body), line))
    }

    fn statement(&mut self) -> Result<Stmt> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error("nested too deep"));
        }
        let stmt = self.statement_inside();
        self.depth -= 1;
        stmt
    }

    fn statement_inside(&mut self) -> Result<Stmt> {
        let line = self.lexer.start_line;
        let kind = match &self.token {
            Token::Op("{") => return self.block(),
            Token::Op(";") => {
                self.advance()?;
                StmtKind::Block(Vec::new())
            }
            Token::Keyword(Keyword::If) => self.if_statement()?,
            Token::Keyword(Keyword::While) => {
                let condition = self.condition()?;
                if self.accept(";")? {
                    StmtKind::While(condition, Box::new(self.stmt(StmtKind::Block(Vec::new()), line)))
                } else {
                    StmtKind::While(condition, Box::new(self.loop_body()?))
                }
            }
            Token::Keyword(Keyword::Do) => {
                self.advance()?;
                let body = self.loop_body()?;
                self.terminators()?;
                if !self.is_keyword(Keyword::While) {
                    return self.syntax_error();
                }
                let condition = self.condition()?;
                self.end_of_statement()?;
                StmtKind::Do(Box::new(body), condition)
            }
            Token::Keyword(Keyword::For) => self.for_statement()?,
            Token::Keyword(Keyword::Switch) => self.switch()?,
            _ => {
                let simple = self.simple_statement()?;
                self.end_of_statement()?;
                return Ok(simple);
            }
        };
        Ok(self.stmt(kind, line))
    }

    fn end_of_statement(&mut self) -> Result<()> {
        match self.token {
            Token::Newline | Token::Op(";") => {
                self.advance()?;
                Ok(())
            }
            Token::Op("}") | Token::End => Ok(()),
            _ => self.syntax_error(),
        }
    }

    /// The keyword, and `( expression )`.
    fn condition(&mut self) -> Result<crate::ast::Expr> {
        self.advance()?;
        self.expect("(")?;
        let condition = self.in_parentheses()?;
        self.expect(")")?;
        Ok(condition)
    }

    /// A statement that a condition governs; a lone `;` is one.
    fn body(&mut self) -> Result<Stmt> {
        self.newlines()?;
        self.statement()
    }

    fn loop_body(&mut self) -> Result<Stmt> {
        self.loops += 1;
        let body = self.body();
        self.loops -= 1;
        body
    }

    fn if_statement(&mut self) -> Result<StmtKind> {
        let condition = self.condition()?;
        let then = self.body()?;
        // Terminators belong to the `if` only where `else` follows.
        let (lexer, token) = (self.lexer.clone(), self.token.clone());
        self.terminators()?;
        if !self.is_keyword(Keyword::Else) {
            self.lexer = lexer;
            self.token = token;
            return Ok(StmtKind::If(condition, Box::new(then), None));
        }
        self.advance()?;
        let otherwise = self.body()?;
        Ok(StmtKind::If(condition, Box::new(then), Some(Box::new(otherwise))))
    }

    fn for_statement(&mut self) -> Result<StmtKind> {
        self.advance()?;
        self.expect("(")?;
        if matches!(self.token, Token::Name(_)) && self.lexer.for_in_follows() {
            let Token::Name(name) = self.advance()? else {
                return self.syntax_error();
            };
            let variable = Lvalue::Var(self.names.slot(&name));
            self.advance()?;
            let array = self.array()?;
            if self.accept(")")? {
                return Ok(StmtKind::ForIn(variable, array, Box::new(self.loop_body()?)));
            }
            return self.syntax_error();
        }
        let first = self.optional_statement(";")?;
        self.expect(";")?;
        self.newlines()?;
        let condition = if self.is(";") {
            None
        } else {
            Some(self.in_parentheses()?)
        };
        self.expect(";")?;
        self.newlines()?;
        let step = self.optional_statement(")")?;
        self.expect(")")?;
        let body = self.loop_body()?;
        Ok(StmtKind::For(first, condition, step, Box::new(body)))
    }

    fn optional_statement(&mut self, end: &str) -> Result<Option<Box<Stmt>>> {
        if self.is(end) {
            Ok(None)
        } else {
            self.simple_statement().map(Box::new).map(Some)
        }
    }

    fn switch(&mut self) -> Result<StmtKind> {
        let subject = self.condition()?;
        self.newlines()?;
        self.expect("{")?;
        let mut cases = Vec::new();
        let mut body = Vec::new();
        self.switches += 1;
        loop {
            self.terminators()?;
            if self.is_keyword(Keyword::Case) {
                self.advance()?;
                let value = self.case_value()?;
                self.expect(":")?;
                cases.push((Some(value), body.len()));
            } else if self.is_keyword(Keyword::Default) {
                self.advance()?;
                self.expect(":")?;
                cases.push((None, body.len()));
            } else if self.accept("}")? {
                break;
            } else if cases.is_empty() {
                return self.syntax_error();
            } else {
                body.push(self.statement()?);
            }
        }
        self.switches -= 1;
        Ok(StmtKind::Switch(subject, cases, body))
    }

    fn simple_statement(&mut self) -> Result<Stmt> {
        let line = self.lexer.start_line;
        let Token::Keyword(keyword) = self.token else {
            let expr = self.expression()?;
            return Ok(self.stmt(StmtKind::Expr(expr), line));
        };
        let kind = match keyword {
            Keyword::Print | Keyword::Printf => self.print(keyword)?,
            Keyword::Next | Keyword::NextFile => {
                self.check_next(keyword)?;
                self.advance()?;
                if keyword == Keyword::Next {
                    StmtKind::Next
                } else {
                    StmtKind::NextFile
                }
            }
            Keyword::Exit => {
                self.advance()?;
                StmtKind::Exit(self.optional_expression()?)
            }
            Keyword::Return => {
                if !self.in_function {
                    return Err(self.error("`return' used outside function context"));
                }
                self.advance()?;
                StmtKind::Return(self.optional_expression()?)
            }
            Keyword::Break => {
                if self.loops == 0 && self.switches == 0 {
                    return Err(self.error("`break' is not allowed outside a loop or switch"));
                }
                self.advance()?;
                StmtKind::Break
            }
            Keyword::Continue => {
                if self.loops == 0 {
                    return Err(self.error("`continue' is not allowed outside a loop"));
                }
                self.advance()?;
                StmtKind::Continue
            }
            Keyword::Delete => {
                self.advance()?;
                let parenthesis = self.accept("(")?;
                let mut array = self.array()?;
                if parenthesis {
                    self.expect(")")?;
                }
                let last = array.path.pop();
                StmtKind::Delete(array, last)
            }
            Keyword::Getline => StmtKind::Expr(self.expression()?),
            _ => return self.syntax_error(),
        };
        Ok(self.stmt(kind, line))
    }

    fn check_next(&self, keyword: Keyword) -> Result<()> {
        let word = if keyword == Keyword::Next {
            "next"
        } else {
            "nextfile"
        };
        match self.special_rule {
            Some("BEGINFILE") if keyword == Keyword::NextFile => Ok(()),
            Some(rule) => Err(format!(
                "{}:{}: error: `{word}' used in {rule} action",
                self.lexer.file_name(),
                self.lexer.start_line
            )),
            None => Ok(()),
        }
    }

    fn optional_expression(&mut self) -> Result<Option<crate::ast::Expr>> {
        match self.token {
            Token::Newline | Token::End | Token::Op(";" | "}") => Ok(None),
            _ => self.expression().map(Some),
        }
    }

    fn print(&mut self, keyword: Keyword) -> Result<StmtKind> {
        self.advance()?;
        let mut arguments = Vec::new();
        let at_end = |token: &Token| {
            matches!(
                token,
                Token::Newline | Token::End | Token::Op(";" | "}" | ">" | ">>" | "|" | "|&")
            )
        };
        if !at_end(&self.token) {
            self.in_print = true;
            loop {
                arguments.push(self.expression()?);
                if !self.accept(",")? {
                    break;
                }
                self.newlines()?;
            }
            self.in_print = false;
        }
        if arguments.len() == 1
            && let Some(crate::ast::Expr::List(_)) = arguments.first()
            && let Some(crate::ast::Expr::List(list)) = arguments.pop()
        {
            arguments = list;
        }
        let kind = match self.token {
            Token::Op(">") => Some(Redirect::Truncate),
            Token::Op(">>") => Some(Redirect::Append),
            Token::Op("|") => Some(Redirect::Pipe),
            Token::Op("|&") => Some(Redirect::TwoWay),
            _ => None,
        };
        let redirect = match kind {
            Some(kind) => {
                self.advance()?;
                self.in_print = true;
                let target = self.concatenation();
                self.in_print = false;
                Some((kind, target?))
            }
            None => None,
        };
        if keyword == Keyword::Print {
            return Ok(StmtKind::Print(arguments, redirect));
        }
        if arguments.is_empty() {
            return self.syntax_error();
        }
        Ok(StmtKind::Printf(arguments, redirect))
    }
}
