//! The cases: `expected.json` says which count and what bash answered, the YAML files what is run.

use saphyr::{LoadableYamlNode, Yaml};
use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// A file that a case finds in its folder.
#[derive(Debug)]
pub struct TestFile {
    pub path: String,
    pub contents: String,
    pub is_executable: bool,
}

/// A case and bash's answer.
#[derive(Debug)]
pub struct Case {
    /// File and index, `arrays.yaml:3`: what the list of failures calls it.
    pub id: String,
    pub name: String,
    pub args: Vec<String>,
    pub stdin: String,
    pub env: Vec<(String, String)>,
    pub files: Vec<TestFile>,
    pub stdout: Vec<u8>,
    pub status: i32,
}

fn suite() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/suites/bash-compat")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All cases that count.
pub fn load() -> Vec<Case> {
    let expected: Value = serde_json::from_str(&read(&suite().join("expected.json"))).expect("expected.json");
    let expected = expected.as_array().expect("a list of answers");
    let names: std::collections::BTreeSet<&str> =
        expected.iter().map(|answer| text(answer, "file")).collect();
    let sources: HashMap<&str, String> = names
        .iter()
        .map(|name| (*name, read(&suite().join(name))))
        .collect();
    let documents: HashMap<&str, Yaml> = sources
        .iter()
        .map(|(name, source)| {
            let mut all = Yaml::load_from_str(source).unwrap_or_else(|error| panic!("{name}: {error}"));
            (*name, all.remove(0))
        })
        .collect();
    expected
        .iter()
        .map(|answer| {
            let file = text(answer, "file");
            let index = answer["case"].as_u64().expect("an index") as usize;
            case(&documents[file], file, index, answer)
        })
        .collect()
}

fn text<'a>(answer: &'a Value, key: &str) -> &'a str {
    answer[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key} of {answer}"))
}

fn case(document: &Yaml, file: &str, index: usize, answer: &Value) -> Case {
    let this = get(document, "cases")
        .and_then(|cases| cases.as_sequence_get(index))
        .unwrap_or_else(|| panic!("{file} has no case {index}"));
    let env = get(this, "env").and_then(Yaml::as_mapping);
    Case {
        id: format!("{file}:{index}"),
        name: text(answer, "name").into(),
        args: list(this, "args").map(scalar).collect(),
        stdin: get(this, "stdin").map(scalar).unwrap_or_default(),
        env: env
            .into_iter()
            .flat_map(|env| env.iter().map(|(name, value)| (scalar(name), scalar(value))))
            .collect(),
        files: list(document, "common_test_files")
            .chain(list(this, "test_files"))
            .map(test_file)
            .collect(),
        stdout: match answer.get("stdout_base64") {
            Some(encoded) => base64(encoded.as_str().expect("base64")),
            None => text(answer, "stdout").into(),
        },
        status: answer["status"].as_i64().expect("a status") as i32,
    }
}

fn test_file(file: &Yaml) -> TestFile {
    TestFile {
        path: get(file, "path").map(scalar).expect("a path"),
        contents: get(file, "contents").map(scalar).unwrap_or_default(),
        is_executable: get(file, "executable").and_then(Yaml::as_bool).unwrap_or(false),
    }
}

fn get<'a, 'b>(node: &'a Yaml<'b>, key: &str) -> Option<&'a Yaml<'b>> {
    node.as_mapping_get(key).filter(|value| !value.is_null())
}

fn list<'a, 'b>(node: &'a Yaml<'b>, key: &str) -> impl Iterator<Item = &'a Yaml<'b>> {
    get(node, key).and_then(Yaml::as_sequence).into_iter().flatten()
}

/// A scalar as the text that it was.
fn scalar(node: &Yaml) -> String {
    match (node.as_str(), node.as_integer(), node.as_bool()) {
        (Some(text), ..) => text.into(),
        (_, Some(number), _) => number.to_string(),
        (_, _, Some(yes)) => yes.to_string(),
        _ => panic!("no scalar: {node:?}"),
    }
}

/// RFC 4648, which the answers that are no UTF-8 come in.
fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut out) = (0u32, 0, Vec::new());
    for byte in text.bytes().filter(|byte| *byte != b'=') {
        let digit = DIGITS.iter().position(|d| *d == byte).expect("a base64 digit");
        bits = bits << 6 | digit as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    out
}

/// `bytes` with every `old` replaced, where no longer number begins with it.
pub fn replace(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        if rest.starts_with(old) && !rest.get(old.len()).is_some_and(u8::is_ascii_digit) {
            out.extend_from_slice(new);
            at += old.len();
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}
