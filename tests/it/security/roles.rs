//! Every actor asks for every thing at every address, and gets the answer of the table: no more. Things of another account
//! get exactly the answer of things that do not exist.

use std::collections::BTreeMap;

use super::stage::{Group, Thing, Visitor, Whose, World};
use super::table::{self, Line};
use crate::harness::client::{Client, Reply};
use crate::harness::database::Engine;
use crate::harness::store::on;

/// The faults, one a line.
type Faults = Vec<String>;

#[test]
fn every_visitor_gets_what_the_table_says_of_the_console() {
    on(Engine::Sqlite, |store| async move {
        let world = World::start(store).await;
        let mut faults = Faults::new();
        for line in table::console() {
            for actor in &world.actors {
                faults.extend(plays(&world, &line, actor).await);
            }
            // Failed sign-ins of all actors come from one address.
            world.clock.advance(std::time::Duration::from_secs(61));
        }
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    });
}

/// All cells of one actor at one address.
async fn plays(world: &World, line: &Line, actor: &Visitor) -> Faults {
    let has_things = line.cells.iter().any(|cell| cell.len() == 4);
    let writes = |whose: Whose| {
        let mine = matches!(whose, Whose::Own | Whose::Same);
        line.is_unsafe() && (actor.group == Group::Admin || actor.group == Group::Owner && mine)
    };
    let all = Whose::ALL
        .into_iter()
        .filter(|whose| has_things || *whose == Whose::Own);
    let (may, must_not): (Vec<Whose>, Vec<Whose>) = all.partition(|whose| writes(*whose));
    // The next page reports the last action, which must not make two pages differ.
    actor.client.get("/nowhere").await;
    let mut faults = Faults::new();
    let mut told = BTreeMap::new();

    let mut things = Vec::new();
    for whose in must_not {
        things.push((whose, world.lasting_thing(line, actor, whose).await));
    }
    let before = if line.is_unsafe() {
        world.rows().await
    } else {
        Vec::new()
    };
    for (whose, thing) in things {
        told.insert(
            whose as usize,
            cell(world, line, actor, whose, &thing, &mut faults).await,
        );
    }
    // That no page changes anything is a test of its own.
    if line.is_unsafe() {
        let after = world.rows().await;
        if after != before {
            let rows = difference(&before, &after);
            faults.push(format!(
                "{} {} as {}: the database changed: {rows:?}",
                line.method, line.address, actor.name
            ));
        }
    }

    for whose in may {
        let thing = world.thing(line, actor, whose).await;
        let before = if whose == Whose::Own {
            world.rows().await
        } else {
            Vec::new()
        };
        let answer = cell(world, line, actor, whose, &thing, &mut faults).await;
        let wrote = whose != Whose::Own || world.rows().await != before;
        if answer.0 == 303 && !wrote && changes_rows(line) {
            let here = format!("{} {} as {}", line.method, line.address, actor.name);
            faults.push(format!(
                "{here}: nothing was written, so the form of the table shows nothing"
            ));
        }
        told.insert(whose as usize, answer);
    }

    let (foreign, missing) = (
        told.get(&(Whose::Foreign as usize)),
        told.get(&(Whose::Missing as usize)),
    );
    if actor.group != Group::Admin && foreign != missing && !line.address.contains("{token}") {
        faults.push(format!(
            "{} {} as {}: another account's thing and a missing one get different answers:\n{foreign:?}\n{missing:?}",
            line.method, line.address, actor.name
        ));
    }
    faults
}

/// One cell of the table: the answer, without the names of the thing.
async fn cell(world: &World, line: &Line, actor: &Visitor, whose: Whose, thing: &Thing, faults: &mut Faults) -> Told {
    let reply = line.play(&actor.client, thing).await;
    let declared = &line.cells[actor.group as usize];
    let wanted = declared.get(whose as usize).copied().unwrap_or(declared[0]);
    let here = format!("{} {} as {}, {whose:?}", line.method, line.address, actor.name);

    if reply.status != wanted {
        faults.push(format!("{here}: {} instead of {wanted}", reply.status.as_u16()));
    }
    // A link shows its holder whom it is for.
    if !line.address.contains("{token}") {
        faults.extend(leaks(world, actor, &reply).map(|word| format!("{here}: the answer tells of {word}")));
    }
    let to = reply.header("location");

    if actor.group == Group::Outside && wanted == 303 && !(to.starts_with("/sign-in") || line.pattern() == "/") {
        faults.push(format!("{here}: sent to {to:?}"));
    }
    compared(thing, &reply)
}

/// Status, way on, body.
type Told = (u16, String, String);

/// An answer without what names the thing.
fn compared(thing: &Thing, reply: &Reply) -> Told {
    (
        reply.status.as_u16(),
        thing.taken_out_of_text(reply.header("location")),
        thing.taken_out_of(reply),
    )
}

/// Whether a redirect of this form means that rows were written.
fn changes_rows(line: &Line) -> bool {
    !matches!(line.address, "/sign-out" | "/keys/{id}/enable" | "/keys/bulk?enable")
}

/// The word of the other account, if an answer has it.
fn leaks<'a>(world: &'a World, actor: &Visitor, reply: &'a Reply) -> impl Iterator<Item = &'a str> {
    let others: Vec<&str> = match actor.group {
        Group::Admin => Vec::new(),
        Group::Outside => world.sides.iter().map(|side| side.mark).collect(),
        _ => vec![world.sides[1 - actor.side].mark],
    };
    let text = reply.text().to_lowercase();
    others.into_iter().filter(move |word| text.contains(word))
}

fn difference<'a>(before: &'a [String], after: &'a [String]) -> Vec<&'a String> {
    let gone = before.iter().filter(|row| !after.contains(row));
    gone.chain(after.iter().filter(|row| !before.contains(row))).collect()
}

#[test]
fn every_key_gets_what_the_table_says_of_the_gateway() {
    on(Engine::Sqlite, |store| async move {
        let world = World::start(store).await;
        let outside = super::stage::without_a_key(&world).await;
        let provider = world.app.provider();
        let mut faults = Faults::new();
        for line in table::gateway() {
            for (name, client) in &outside {
                let thing = world.thing(&line, world.actor("owner A"), Whose::Own).await;
                let reply = line.call(client, &thing).await;
                expect(&mut faults, &line, name, Whose::Own, line.cells[0][0], &reply);
                if !provider.received().is_empty() {
                    faults.push(format!(
                        "{} {} as {name}: the provider was asked",
                        line.method, line.address
                    ));
                }
            }
            for name in ["owner A", "owner B"] {
                faults.extend(calls(&world, &line, name).await);
            }
        }
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    });
}

/// A key asks by its own alias, by one of another key of its account, of another account, and by a name of no key.
async fn calls(world: &World, line: &Line, name: &str) -> Faults {
    let actor = world.actor(name);
    let own = world.thing(line, actor, Whose::Own).await;
    let client: Client = world.app.client().bearer(own.secret.as_deref().expect("a key"));
    let mut faults = Faults::new();
    let mut told = BTreeMap::new();

    for whose in Whose::ALL {
        let thing = if whose == Whose::Own {
            own.clone()
        } else {
            world.thing(line, actor, whose).await
        };
        let cell = &line.cells[1];
        let wanted = cell.get(whose as usize).copied().unwrap_or(cell[0]);
        let reply = line.call(&client, &thing).await;
        expect(&mut faults, line, name, whose, wanted, &reply);
        let asked = !world.app.provider().received().is_empty();
        if asked && wanted != 200 {
            faults.push(format!(
                "{} {} as {name}, {whose:?}: the provider was asked",
                line.method, line.address
            ));
        }
        told.insert(whose as usize, compared(&thing, &reply));
        if cell.len() == 1 {
            return faults;
        }
    }
    if told[&(Whose::Foreign as usize)] != told[&(Whose::Missing as usize)] {
        faults.push(format!(
            "{} {} as {name}: foreign and missing are told apart: {told:?}",
            line.method, line.address
        ));
    }
    faults
}

fn expect(faults: &mut Faults, line: &Line, name: &str, whose: Whose, wanted: u16, reply: &Reply) {
    if reply.status != wanted {
        let text: String = String::from_utf8_lossy(&reply.body).chars().take(200).collect();
        let status = reply.status.as_u16();
        faults.push(format!(
            "{} {} as {name}, {whose:?}: {status} instead of {wanted}: {text}",
            line.method, line.address
        ));
    }
}
