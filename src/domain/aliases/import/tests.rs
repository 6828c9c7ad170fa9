//! Every way of writing aliases down, and back.

use proptest::prelude::*;

use super::*;
use crate::domain::samples::{alias, any_aliases};

fn read(text: &str) -> (AliasFormat, Vec<String>, Vec<String>) {
    let import = import_aliases(text);
    let rows = import.rows.iter().map(|ImportedRow { line, row }| {
        let marks = Marks {
            keep_name: row.keep_name,
            adapt: row.adapt,
        };
        format!("{line}: {} {} {}{}", row.name, row.matching, row.target, marks.suffix())
    });
    (
        import.format,
        rows.collect(),
        import.problems.iter().map(ToString::to_string).collect(),
    )
}

#[test]
fn lines_have_names_stars_and_comments() {
    let text = "# ours\n\ncross-model-basic = deepseek/deepseek-chat # cheap\nclaude-opus* = anthropic/claude-opus-4-8\r\nfast=\nwhat\n";
    let (format, rows, problems) = read(text);

    assert_eq!(format, AliasFormat::Lines);
    assert_eq!(
        rows,
        [
            "3: cross-model-basic exact deepseek/deepseek-chat",
            "4: claude-opus prefix anthropic/claude-opus-4-8"
        ]
    );
    assert_eq!(
        problems,
        [
            "line 5: use name = target, or prefix* = target",
            "line 6: there is no = between a name and a target"
        ]
    );
}

#[test]
fn a_json_list_may_leave_the_match_out() {
    let text = r#"[
        {"name": "a", "match": "prefix", "target": "x/y"},
        {"name": "b", "target": "x/y"}, {"name": "c*", "target": "x/y"},
        {"name": 5, "target": "x/y"},
        {"name": "d"},
        "e"
    ]"#;
    let (format, rows, problems) = read(text);

    assert_eq!(format, AliasFormat::Json);
    assert_eq!(rows, ["2: a prefix x/y", "3: b exact x/y", "3: c prefix x/y"]);
    assert_eq!(
        problems,
        [
            "line 4: \"name\" must be a text",
            "line 5: \"target\" is missing",
            "line 6: each entry must be an object with name, match and target"
        ]
    );
}

#[test]
fn a_json_object_keeps_its_order_and_its_duplicates() {
    let text = "{\n\"gpt-4*\": \"openai/gpt-5.5\",\n\"a\": \"x/y\",\n\"a\": \"x/z\",\n\"b\": {}\n}";
    let (format, rows, problems) = read(text);

    assert_eq!(format, AliasFormat::Json);
    assert_eq!(
        rows,
        ["2: gpt-4 prefix openai/gpt-5.5", "3: a exact x/y", "4: a exact x/z"]
    );
    assert_eq!(problems, ["line 5: the target of b must be a text"]);
}

#[test]
fn a_json_object_may_be_wrapped_once() {
    let (_, rows, problems) = read("{\"model_mapping\":\n{\"gpt-4\":\n\"openai/gpt-5.5\"}}");
    assert_eq!(rows, ["3: gpt-4 exact openai/gpt-5.5"]);
    assert!(problems.is_empty());
}

#[test]
fn broken_json_says_where() {
    let (_, rows, problems) = read("{\n\"a\": \"x/y\",\n}");
    assert!(rows.is_empty());
    assert_eq!(problems, ["line 3: this is not JSON: trailing comma"]);
}

#[test]
fn csv_has_an_optional_header_and_quotes() {
    let expected = ["claude prefix x/y", "b exact x/y"];
    for text in [
        "name,mode,target\nclaude,prefix,x/y\n\"b\",exact,\"x/y\"\n",
        "claude,Prefix,x/y\r\nb,,x/y",
    ] {
        let (format, rows, problems) = read(text);
        assert_eq!(format, AliasFormat::Csv);
        let rows: Vec<&str> = rows.iter().map(|row| row.split_once(": ").unwrap().1).collect();
        assert_eq!(rows, expected);
        assert!(problems.is_empty());
    }
    assert_eq!(
        read("a,b\nc,exact,x/y").2,
        ["line 1: use name,mode,target: 3 cells, not 2"]
    );
}

#[test]
fn every_form_can_say_that_the_name_is_kept() {
    let lines = "claude* = x/y  keep-name # for the tool\nb = x/y\n";
    let json = "[{\"name\": \"claude\", \"match\": \"prefix\", \"target\": \"x/y\", \"keep_name\": true},\n\
                {\"name\": \"b\", \"target\": \"x/y\", \"keep_name\": false}]";
    let csv = "claude*,,x/y,keep-name\nb,exact,x/y,\n";
    for text in [lines, json, csv] {
        assert_eq!(
            read(text).1,
            ["1: claude prefix x/y keep-name", "2: b exact x/y"],
            "{text}"
        );
    }

    assert_eq!(
        read("[{\"name\": \"a\", \"target\": \"x/y\", \"keep_name\": 1}]").2,
        ["line 1: \"keep_name\" must be true or false"]
    );
    assert_eq!(
        read("a,exact,x/y,maybe").2,
        ["line 1: the fourth cell is keep-name or empty"]
    );
}

#[test]
fn every_form_can_say_how_much_requests_may_be_changed() {
    let lines = "claude* = x/y adapt=strict keep-name # careful\nb = x/y adapt=off\nc = x/y\n";
    let json = "[{\"name\": \"claude\", \"match\": \"prefix\", \"target\": \"x/y\", \"keep_name\": true, \"adapt\": \"strict\"},\n\
                {\"name\": \"b\", \"target\": \"x/y\", \"adapt\": \"off\"},\n{\"name\": \"c\", \"target\": \"x/y\", \"adapt\": null}]";
    let csv = "name,mode,target,keep_name,adapt\nclaude*,,x/y,keep-name,strict\nb,exact,x/y,,off\nc,exact,x/y,,\n";
    for text in [lines, json, csv] {
        let rows: Vec<String> = read(text)
            .1
            .iter()
            .map(|row| row.split_once(": ").unwrap().1.to_owned())
            .collect();
        assert_eq!(
            rows,
            [
                "claude prefix x/y keep-name adapt=strict",
                "b exact x/y adapt=off",
                "c exact x/y"
            ],
            "{text}"
        );
    }

    assert_eq!(
        read("[{\"name\": \"a\", \"target\": \"x/y\", \"adapt\": true}]").2,
        ["line 1: \"adapt\" must be adapt, strict or off"]
    );
    assert_eq!(
        read("a,exact,x/y,,maybe").2,
        ["line 1: the fifth cell is adapt, strict, off or empty"]
    );
}

#[test]
fn a_file_without_it_is_written_as_before() {
    let aliases = [alias("a = x/y keep-name"), alias("b* = x/y")];
    assert_eq!(
        export_aliases(&aliases, AliasFormat::Csv),
        "name,mode,target,keep_name\na,exact,x/y,keep-name\nb,prefix,x/y,\n"
    );

    let strict = [alias("a = x/y"), alias("b* = x/y adapt=strict")];
    assert_eq!(
        export_aliases(&strict, AliasFormat::Csv),
        "name,mode,target,keep_name,adapt\na,exact,x/y,,\nb,prefix,x/y,,strict\n"
    );
    assert_eq!(
        export_aliases(&strict, AliasFormat::Lines),
        "a = x/y\nb* = x/y adapt=strict\n"
    );
}

#[test]
fn a_star_and_exact_contradict_each_other() {
    assert_eq!(
        read("a*,exact,x/y").2,
        ["line 1: a name that ends in * is a prefix, but this says exact"]
    );
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    assert_eq!(read("\u{feff}a = x/y").1, ["1: a exact x/y"]);
}

#[test]
fn nothing_gives_nothing() {
    for text in ["", "\n\n", "# only a comment", "[]", "{}"] {
        let (_, rows, problems) = read(text);
        assert!(rows.is_empty() && problems.is_empty(), "{text:?}");
    }
}

#[test]
fn a_spreadsheet_runs_nothing_of_an_export() {
    let csv = export_aliases(&[alias("-x = lab/m")], AliasFormat::Csv);
    assert_eq!(csv, "name,mode,target\n'-x,exact,lab/m\n");
    assert_eq!(read(&csv).1, ["2: -x exact lab/m"]);

    for c in ['=', '+', '-', '@', '\t'] {
        assert_eq!(csv_cell(&format!("{c}x")), format!("'{c}x"));
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_back_the_same(aliases in any_aliases()) {
        let mut expected: Vec<DraftRow> = aliases.iter().map(|alias| DraftRow::of("", alias)).collect();
        expected.sort_by(|a, b| a.name.cmp(&b.name));
        for format in [AliasFormat::Lines, AliasFormat::Json, AliasFormat::Csv] {
            let back = import_aliases(&export_aliases(&aliases, format));
            let mut rows: Vec<DraftRow> = back.rows.into_iter().map(|row| row.row).collect();
            rows.sort_by(|a, b| a.name.cmp(&b.name));
            prop_assert_eq!(&rows, &expected);
            prop_assert!(back.problems.is_empty());
        }
    }

    #[test]
    fn any_text_is_read_without_falling_over(text in "\\PC{0,80}|[\\[\\]{}\",:=*#\n a-c]{0,60}") {
        let _ = import_aliases(&text);
    }
}
