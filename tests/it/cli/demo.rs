//! `crossmodel demo`, as a newcomer meets it.

use super::program::{Program, Started};
use crate::harness::client::{Client, Reply};
use crate::harness::store::run;

fn start(program: &Program) -> Started {
    program.start(&["demo", "--listen", "127.0.0.1:0"])
}

/// Sends the request of the printed `curl` command after `heading`.
async fn paste(demo: &mut Started, heading: &str) -> Reply {
    demo.says("and the like before");
    let text = demo.said().split_once(heading).unwrap().1.trim_start();
    let command = text.split("\n\n").next().unwrap();
    let between = |start: &str, end: &str| {
        let after = command
            .split_once(start)
            .unwrap_or_else(|| panic!("{start} in {command}"))
            .1;
        after.split_once(end).unwrap().0.to_owned()
    };
    let url = format!("http://{}", between("http://", " "));
    let (base, path) = url.split_at(url.find("/v1").unwrap());
    let client = Client::new(base).bearer(&between("Bearer ", "'"));
    client.post_bytes(path, between("-d '", "'")).await
}

#[test]
fn the_printed_call_answers_through_the_alias() {
    run(async {
        let program = Program::empty();
        let mut demo = start(&program);
        let answer = paste(&mut demo, "Ask through one of them:").await.is(200);

        assert_eq!(answer.header("x-crossmodel-model"), "deepseek/deepseek-flash");
        assert_eq!(answer.header("x-crossmodel-alias"), "cross-model-basic; match=exact");

        let text = answer.json()["choices"][0]["message"]["content"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(text.contains("deepseek/deepseek-flash"), "{text}");

        let stream = paste(&mut demo, "The same as a stream:").await.is(200);
        assert!(stream.header("content-type").starts_with("text/event-stream"));
        assert!(stream.text().trim_end().ends_with("data: [DONE]"), "{}", stream.text());
    });
}

#[test]
fn the_printed_sign_in_opens_the_console() {
    run(async {
        let program = Program::empty();
        let mut demo = start(&program);
        let (console, email, password) = (demo.says("Console "), demo.says("Sign in "), demo.says("Password "));
        let visitor = Client::new(console).like_a_browser();
        visitor
            .post_form("/sign-in", &[("email", &email), ("password", &password)])
            .await
            .is(303);
        let keys = visitor.get("/keys").await.is(200);

        assert!(
            keys.text().contains("stand-in"),
            "the console says that the stand-in is on"
        );
        assert!(keys.text().contains("demo"));
    });
}

#[test]
fn the_data_goes_with_the_demo_unless_it_is_to_be_kept() {
    let program = Program::empty();
    let mut demo = start(&program);
    let folder = demo.says("The data is in ");
    let folder = folder.split(' ').next().unwrap().to_owned();

    assert!(std::path::Path::new(&folder).join("crossmodel.db").exists());

    demo.signal("INT");
    assert_eq!(demo.end().code(), Some(0));
    assert!(!std::path::Path::new(&folder).exists());

    let kept = program.path("kept").display().to_string();
    let mut demo = program.start(&["demo", "--listen", "127.0.0.1:0", "--data", &kept]);
    demo.says("The data is in ");
    demo.signal("TERM");
    assert_eq!(demo.end().code(), Some(0));
    program
        .run(&["demo", "--data", &kept])
        .fails(1, &["--data", "crossmodel serve --database-url"]);
}
