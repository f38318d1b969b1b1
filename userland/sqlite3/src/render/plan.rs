//! EXPLAIN QUERY PLAN as a tree.

use crate::engine::{Result, Statement};
use crate::output::Destination;

/// The nodes of a plan, in the order in which SQLite gives them.
#[derive(Default)]
pub struct Plan {
    nodes: Vec<Node>,
}

struct Node {
    id: i64,
    parent: i64,
    text: Vec<u8>,
}

impl Plan {
    /// Takes the row that a statement of EXPLAIN QUERY PLAN stands on.
    pub fn add(&mut self, statement: &Statement) {
        let number = |i| statement.text(i).map_or(0, crate::text::integer);
        self.nodes.push(Node {
            id: number(0),
            parent: number(1),
            text: statement.text(3).unwrap_or_default().to_vec(),
        });
    }

    /// All rows of such a statement.
    pub fn of(statement: &mut Statement) -> Result<Plan> {
        let mut plan = Plan::default();
        while statement.step()? {
            plan.add(statement);
        }
        Ok(plan)
    }

    pub fn print(&self, out: &mut Destination) {
        if self.nodes.is_empty() {
            return;
        }
        out.put(b"QUERY PLAN\n");
        self.level(0, &mut Vec::new(), out);
    }

    fn level(&self, parent: i64, indent: &mut Vec<u8>, out: &mut Destination) {
        let children: Vec<&Node> = self.nodes.iter().filter(|node| node.parent == parent).collect();
        for (i, node) in children.iter().enumerate() {
            let last = i + 1 == children.len();
            let (branch, below): (&[u8], &[u8]) = if last { (b"`--", b"   ") } else { (b"|--", b"|  ") };
            out.put(&[&indent[..], branch, &node.text, b"\n"].concat());
            // A plan that names itself as its parent would go on for ever.
            if node.id != parent && indent.len() < 300 {
                indent.extend_from_slice(below);
                self.level(node.id, indent, out);
                indent.truncate(indent.len() - below.len());
            }
        }
    }
}
