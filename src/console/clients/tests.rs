//! The data file is whole, its settings hold what they should, and the documentation says the same.

use super::choice::{NameStatus, Names};
use super::guide::{ClientGuides, Setup};
use crate::domain::samples::{alias, catalog, model};
use crate::domain::{AliasSet, Catalog};

const BASE: &str = "https://gw.example/v1";

fn guides() -> ClientGuides {
    serde_json::from_str(include_str!("clients.json")).unwrap()
}

fn setup(secret: Option<&'static str>) -> Setup<'static> {
    Setup {
        base: BASE,
        model: "fast",
        secret,
    }
}

#[test]
fn no_settings_leave_a_gap_and_all_point_here() {
    for guide in &guides().clients {
        let all: Vec<String> = guide.blocks.iter().map(|block| block.fill(&setup(None))).collect();
        let all = all.join("\n");
        assert!(!all.contains('%'), "{} leaves a gap: {all}", guide.id);
        assert!(
            all.contains("https://gw.example") && all.contains("CROSSMODEL_API_KEY"),
            "{}: {all}",
            guide.id
        );
        assert!(
            guide.asks.iter().all(|ask| ask.name.starts_with(ask.add.as_str())),
            "{}",
            guide.id
        );
    }
}

#[test]
fn the_secret_stands_wherever_a_program_would_read_the_variable() {
    for guide in &guides().clients {
        for block in &guide.blocks {
            let (hidden, shown) = (block.fill(&setup(None)), block.fill(&setup(Some("cm-shown"))));
            let reads = hidden.contains("CROSSMODEL_API_KEY") && !hidden.contains("env_key");
            assert_eq!(shown.contains("cm-shown"), reads, "{}: {shown}", guide.id);
            assert!(!hidden.contains("cm-"), "{}: {hidden}", guide.id);
            assert!(!reads || !shown.contains("CROSSMODEL_API_KEY"), "{}: {shown}", guide.id);
        }
    }
}

#[test]
fn the_base_url_ends_as_each_client_wants_it() {
    let text = |id: &str| guides().find(id).unwrap().blocks[0].fill(&setup(None));
    assert!(text("claude-code").contains("ANTHROPIC_BASE_URL=\"https://gw.example\"\n"));
    assert!(text("codex").contains("base_url = \"https://gw.example/v1\"") && text("codex").contains("\"responses\""));
    assert!(text("anthropic-python").contains("base_url=\"https://gw.example\","));
    assert!(text("opencode").contains("\"baseURL\": \"https://gw.example/v1\""));
}

#[test]
fn a_choice_is_a_name_that_runs() {
    let shop: Catalog = catalog(vec![model("lab/a"), model("openai/gpt-5.4-mini")]);
    let choices = |lines: &[&str]| {
        let aliases = AliasSet::new(lines.iter().map(|line| alias(line)).collect());
        Names {
            aliases: &aliases,
            catalog: &shop,
            allowed: None,
        }
        .choices()
    };
    assert_eq!(choices(&[]), ["openai/gpt-5.4-mini"]);
    assert_eq!(choices(&["dead = gone/x"]), ["openai/gpt-5.4-mini"]);
    assert_eq!(
        choices(&["zoo* = lab/a", "fast = lab/a", "dead = gone/x"]),
        ["fast", "zoo"]
    );
    let claude = choices(&["claude- = lab/a", "claude-* = lab/a"]);
    assert_eq!(claude[..2], ["claude-", "claude-opus-4-8"]);
}

#[test]
fn a_name_that_is_not_caught_is_told_apart_from_one_that_leads_nowhere() {
    let shop = catalog(vec![model("lab/a")]);
    let aliases = AliasSet::new(["claude-opus* = lab/a", "claude-haiku* = gone/x"].map(alias).to_vec());
    let names = Names {
        aliases: &aliases,
        catalog: &shop,
        allowed: None,
    };
    assert_eq!(
        names.status("claude-opus-4-8"),
        NameStatus::Runs {
            model: "lab/a".into(),
            by: Some("claude-opus*".into()),
            keep_name: false
        }
    );
    assert_eq!(
        names.status("claude-haiku-4-5"),
        NameStatus::Dead { model: "gone/x".into() }
    );
    assert_eq!(names.status("claude-sonnet-5"), NameStatus::Unknown);
    assert_eq!(
        names.status("lab/a"),
        NameStatus::Runs {
            model: "lab/a".into(),
            by: None,
            keep_name: false
        }
    );
}

/// The clients as a page of the documentation.
fn documentation(guides: &ClientGuides) -> String {
    let setup = Setup {
        base: "http://127.0.0.1:8080/v1",
        model: "cross-model-basic",
        secret: None,
    };
    let mut out = format!(
        "# Clients\n\n\
         Settings for tools that people use, as of {}. The console fills them in with your own address and aliases: open\n\
         a key, then *Connect*. Here the address is the demo's, the alias is `cross-model-basic`, and the key is in the\n\
         environment:\n\n\
         ```sh\nexport CROSSMODEL_API_KEY=\"cm-…\"\n```\n\n\
         Every client may use every model: where its protocol and the provider's differ, the gateway translates\n\
         ([how](translation.md)).\n",
        guides.as_of
    );
    for guide in &guides.clients {
        out.push_str(&format!(
            "\n## {}\n\nIt speaks {}. {}\n",
            guide.name, guide.speaks, guide.about
        ));
        if !guide.asks.is_empty() {
            out.push_str("\n| it asks for | when | an alias that catches it |\n|---|---|---|\n");
        }
        for ask in &guide.asks {
            let star = if ask.matching == crate::domain::Match::Prefix {
                "*"
            } else {
                ""
            };
            out.push_str(&format!("| `{}` | {} | `{}{star}` |\n", ask.name, ask.when, ask.add));
        }
        for block in &guide.blocks {
            out.push_str(&format!("\n{}:\n\n```\n{}\n```\n", block.title, block.fill(&setup)));
        }
        if !guide.notes.is_empty() {
            out.push('\n');
        }
        for note in &guide.notes {
            out.push_str(&format!("- {note}\n"));
        }
    }
    out
}

#[test]
fn the_documentation_says_the_same() {
    let wanted = documentation(&guides());
    assert!(
        wanted == include_str!("../../../docs/clients.md"),
        "docs/clients.md should be:\n{wanted}"
    );
}
