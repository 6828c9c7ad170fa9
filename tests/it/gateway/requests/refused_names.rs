//! Names that no model runs for are counted, for the alias editor to show.

use crossmodel::domain::{Ran, TrafficWindow};

use crate::gateway::rig::{Rig, question};
use crate::harness::seed::NOON;

both_engines!(
    a_name_that_no_model_runs_for_is_seen_with_its_count_and_its_client,
    |store| {
        let rig = Rig::start(store).await;
        for _ in 0..3 {
            rig.asks("claude-haiku-9").await.is(200);
            rig.client()
                .with("user-agent", "claude-cli/2.1")
                .post("/v1/chat/completions", &question("gpt-9"))
                .await
                .is(404);
        }
        rig.asks("\u{1b}[2J").await.is(404);
        rig.gateway.flush().await;

        let traffic = rig
            .store
            .usage()
            .traffic(rig.key.id, TrafficWindow::Day, NOON)
            .await
            .unwrap();

        let names: Vec<(&str, u64)> = traffic
            .names
            .iter()
            .map(|sent| (sent.name.as_str(), sent.requests()))
            .collect();
        assert_eq!(names, [("claude-haiku-9", 3), ("gpt-9", 3), ("(unreadable name)", 1)]);
        let refused = &traffic.names[1];
        assert_eq!(refused.agent.as_deref(), Some("claude-cli/2.1"));
        assert_eq!(
            refused.ran,
            [Ran {
                requests: 3,
                ..Ran::default()
            }]
        );
        assert_eq!(
            rig.records().await.len(),
            3,
            "no call was made, and so there is no record of one"
        );
    }
);
