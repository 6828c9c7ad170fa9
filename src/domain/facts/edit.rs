//! Edits of a patch by path, as an admin makes them, and what is wrong with one.

use serde_json::{Map, Value};

use super::describe::{FactKind, FactSpec, below};
use super::facts::FactsPatch;
use super::specs::fact_specs;

/// An edit of a patch.
#[derive(Clone, Debug, PartialEq)]
pub enum FactEdit {
    /// States what this patch states.
    Set(Box<FactsPatch>),
    /// States nothing more of this fact, or of this group of facts.
    Reset(String),
    /// States nothing more at all.
    ResetAll,
}

/// Why a fact cannot be stated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the names of the variants' fields say what they are")]
pub enum FactError {
    /// There is no such fact.
    #[error("`{path}` is no fact; {hint}")]
    Unknown { path: String, hint: String },
    /// The path is that of several facts.
    #[error("`{path}` is a group of facts; say one of {members}")]
    Group { path: String, members: String },
    /// The fact cannot have this value.
    #[error("{path}: `{value}` is not allowed{hint}; it is {allowed}")]
    Value {
        path: String,
        value: String,
        hint: String,
        allowed: String,
    },
}

impl FactEdit {
    /// States the fact at `path`, with a value as people type it: JSON, or a word without quotes.
    ///
    /// # Errors
    /// If there is no such fact, or it cannot have this value.
    pub fn set(path: &str, text: &str) -> Result<Self, FactError> {
        let value = find(path)?.kind.read(text);
        let mut tree = Value::Object(Map::new());
        put(&mut tree, path, value);
        check(&tree, "")?;

        let patch = serde_json::from_value(tree).map_err(|error| FactError::Value {
            path: path.into(),
            value: text.into(),
            hint: String::new(),
            allowed: error.to_string(),
        })?;
        Ok(Self::Set(Box::new(patch)))
    }

    /// Leaves the fact at `path`, or the facts of the group at `path`, to the other layers.
    ///
    /// # Errors
    /// If there is no such fact and no such group.
    pub fn reset(path: &str) -> Result<Self, FactError> {
        match find(path) {
            Ok(_) | Err(FactError::Group { .. }) => Ok(Self::Reset(path.into())),
            Err(error) => Err(error),
        }
    }
}

impl FactsPatch {
    /// The patch after these edits, one after the other.
    #[must_use]
    pub fn edited(&self, edits: &[FactEdit]) -> Self {
        let mut patch = self.clone();
        for edit in edits {
            match edit {
                FactEdit::Set(stated) => patch.join(stated),
                FactEdit::Reset(path) => patch = patch.without(path),
                FactEdit::ResetAll => patch = Self::default(),
            }
        }

        patch
    }

    fn without(self, path: &str) -> Self {
        let mut tree = serde_json::to_value(&self).unwrap_or_default();
        let (group, member) = split(path);
        match (tree.get_mut(group).and_then(Value::as_object_mut), member) {
            (Some(members), Some(member)) => drop(members.remove(member)),
            (_, None) => drop(tree.as_object_mut().and_then(|tree| tree.remove(group))),
            (None, Some(_)) => {}
        }
        // What is left of a patch is one.
        serde_json::from_value(tree).unwrap_or(self)
    }

    /// Each fact that the patch states, with its path.
    pub fn stated(&self) -> Vec<(String, Value)> {
        let tree = serde_json::to_value(self).unwrap_or_default();
        let groups = tree.as_object().into_iter().flatten();
        groups
            .flat_map(
                |(name, value)| match (value, find(name).is_ok_and(|spec| !spec.is_map())) {
                    (Value::Object(members), false) => {
                        let path = |member: &String| below(name, member);
                        members
                            .iter()
                            .map(|(member, value)| (path(member), value.clone()))
                            .collect()
                    }
                    _ => vec![(name.clone(), value.clone())],
                },
            )
            .collect()
    }
}

/// Checks facts in JSON, member by member, so that an error names the path.
///
/// # Errors
/// The first member that is no fact, or has a wrong value.
pub fn check_facts(tree: &Value) -> Result<(), FactError> {
    check(tree, "")
}

fn check(tree: &Value, path: &str) -> Result<(), FactError> {
    let Some(members) = tree.as_object() else {
        return Err(wrong(path, tree, "an object of facts", &[]));
    };
    for (name, value) in members {
        let path = below(path, name);
        match find(&path) {
            Ok(spec) if spec.is_map() && spec.path == path => check(value, &path)?,
            Ok(spec) => check_value(spec, &path, value)?,
            Err(FactError::Group { .. }) => check(value, &path)?,
            Err(error) => return Err(error),
        }
    }

    Ok(())
}

fn check_value(spec: &FactSpec, path: &str, value: &Value) -> Result<(), FactError> {
    let is_typed = match &spec.kind {
        FactKind::TextsOf(words) => value.as_array().is_some_and(|list| {
            let known = |item: &Value| item.as_str().is_some_and(|item| words.iter().any(|word| word == item));
            list.iter().all(known)
        }),
        _ => {
            let mut tree = Value::Object(Map::new());
            put(&mut tree, path, value.clone());
            !value.is_null() && serde_json::from_value::<FactsPatch>(tree).is_ok()
        }
    };
    if is_typed {
        return Ok(());
    }

    Err(wrong(path, value, &spec.kind.allowed(), &spec.kind.words()))
}

fn wrong(path: &str, value: &Value, allowed: &str, words: &[&str]) -> FactError {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let typed = match value {
        // The word of the list that is wrong.
        Value::Array(list) => list.iter().filter_map(Value::as_str).find(|item| !words.contains(item)),
        value => value.as_str(),
    };
    let near = typed.and_then(|typed| near_word(typed, words.iter().copied()));
    FactError::Value {
        path: path.into(),
        value: text,
        hint: near
            .map(|near| format!(" (did you mean `{near}`?)"))
            .unwrap_or_default(),
        allowed: allowed.into(),
    }
}

/// The fact at a path; a member of a map has the map's.
fn find(path: &str) -> Result<&'static FactSpec, FactError> {
    let specs = fact_specs();
    let (group, member) = split(path);
    let is_at = |spec: &&FactSpec| match spec.is_map() {
        true => spec.path == group && member.is_none_or(|member| !member.is_empty()),
        false => spec.path == path,
    };
    if let Some(spec) = specs.iter().find(is_at) {
        return Ok(spec);
    }

    let members: Vec<_> = specs.iter().filter(|spec| spec.group() == Some(group)).collect();
    let listed = |specs: &[&FactSpec]| {
        let paths: Vec<_> = specs.iter().map(|spec| spec.path.as_str()).collect();
        paths.join(", ")
    };
    if member.is_none() && !members.is_empty() {
        return Err(FactError::Group {
            path: path.into(),
            members: listed(&members),
        });
    }

    let mut groups: Vec<&str> = specs.iter().map(|spec| split(&spec.path).0).collect();
    groups.dedup();
    let known = specs
        .iter()
        .map(|spec| spec.path.as_str())
        .chain(groups.iter().copied());
    let hint = match near_word(path, known).or_else(|| by_last_name(path)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if !members.is_empty() => format!("say one of {}", listed(&members)),
        None => {
            let groups = groups.join(", ");
            format!("for a field of the request say `fields.{path}`, else what begins with {groups}")
        }
    };
    Err(FactError::Unknown {
        path: path.into(),
        hint,
    })
}

/// The fact whose last name is like that of `path`, for those who leave the group out.
fn by_last_name(path: &str) -> Option<&'static str> {
    let last = |path: &'static str| path.rsplit('.').next().unwrap_or(path);
    let typed = path.rsplit('.').next()?;
    let name = near_word(typed, fact_specs().iter().map(|spec| last(&spec.path)))?;
    let spec = fact_specs().iter().find(|spec| last(&spec.path) == name)?;
    Some(&spec.path)
}

/// The word that is meant by one that does not exist, if one is near. Case is ignored.
pub fn near_word<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let bound = typed.chars().count().div_ceil(3).min(6);
    let distances = known.map(|name| (strsim::levenshtein(&typed, &name.to_lowercase()), name));
    let near = distances.filter(|(distance, _)| *distance <= bound);
    near.min().map(|(_, name)| name)
}

/// A path's first name, and what comes after it: names of fields may have dots.
fn split(path: &str) -> (&str, Option<&str>) {
    path.split_once('.')
        .map_or((path, None), |(group, member)| (group, Some(member)))
}

fn put(tree: &mut Value, path: &str, value: Value) {
    match split(path) {
        (group, Some(member)) => {
            if let Some(tree) = tree.as_object_mut() {
                let members = tree.entry(group).or_insert_with(|| Value::Object(Map::new()));
                if let Some(members) = members.as_object_mut() {
                    members.insert(member.into(), value);
                }
            }
        }
        (name, None) => {
            if let Some(tree) = tree.as_object_mut() {
                tree.insert(name.into(), value);
            }
        }
    }
}
