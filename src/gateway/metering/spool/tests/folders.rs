//! Which folders count as left by an earlier run.

use super::folder::{BEGINS, NEW, OVER};
use super::*;

#[test]
fn a_run_that_goes_on_is_not_taken_for_one_that_was_left() {
    let folder = folder();
    let spool = start(&folder);
    let options = SpoolOptions::new(folder.clone());

    assert!(left_behind(&options).unwrap().is_empty());
    spool.stop();
    let gateway = spool.gateway();
    drop(spool);

    assert_eq!(left_behind(&options).unwrap()[0].gateway, gateway);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_run_that_begins_while_others_look_for_what_was_left_is_not_taken_for_that() {
    let folder = folder();
    let over = AtomicBool::new(false);

    let taken = std::thread::scope(|scope| {
        let look = || {
            let options = SpoolOptions {
                synced: false,
                ..SpoolOptions::new(folder.clone())
            };
            let mut taken = 0;
            while !over.load(Ordering::SeqCst) {
                taken += left_behind(&options).unwrap().len();
            }
            taken
        };
        let looking = scope.spawn(look);
        let options = SpoolOptions {
            synced: false,
            ..SpoolOptions::new(folder.clone())
        };

        for _ in 0..500 {
            let began = Spool::start(&options, GatewayId::new(NOW, random::bytes()));
            let Ok(spool) = began else { break };
            spool.stop();
            spool.remove();
        }

        over.store(true, Ordering::SeqCst);
        looking.join().unwrap()
    });

    assert_eq!(taken, 0, "runs that had just begun");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_run_that_just_ends_or_begins_does_not_hide_what_others_left() {
    let folder = folder();
    let spool = start(&folder);
    spool.stop();
    let gateway = spool.gateway();
    drop(spool);
    // One run makes its folder at this moment. One was killed while it did, and one while it removed its folder.
    let [begins, never_began, over] = [NEW, NEW, OVER].map(|ending| {
        let path = folder
            .join(GatewayId::new(NOW, random::bytes()).to_string())
            .with_extension(ending);
        std::fs::create_dir(&path).unwrap();
        path
    });
    let old = std::fs::File::open(&never_began).unwrap();
    old.set_modified(old.metadata().unwrap().modified().unwrap() - 2 * BEGINS)
        .unwrap();
    let options = SpoolOptions::new(folder.clone());

    let left = left_behind(&options).unwrap();

    assert_eq!(left.iter().map(|left| left.gateway).collect::<Vec<_>>(), [gateway]);
    assert!(begins.exists() && !never_began.exists() && !over.exists());
    left[0].remove();
    assert!(left_behind(&options).unwrap().is_empty() && !left[0].folder.exists());
    std::fs::remove_dir_all(folder).unwrap();
}
