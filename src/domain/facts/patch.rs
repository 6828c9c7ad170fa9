//! A patch of a value: what a later layer says in place of an earlier one, member by member.

use std::collections::BTreeMap;

/// A value of which a patch can replace parts.
pub trait Patched: Sized {
    /// The parts that are stated. Its default states none.
    type Patch: Default + PartialEq;

    /// Takes over what the patch states.
    fn apply(&mut self, patch: &Self::Patch);

    /// Adds to `below` what `above` states, which wins.
    fn join(below: &mut Self::Patch, above: &Self::Patch);
}

/// Whether a patch states nothing.
pub fn is_empty<T: Default + PartialEq>(patch: &T) -> bool {
    *patch == T::default()
}

/// Values that a patch replaces as a whole.
macro_rules! replaced_whole {
    ($($value:ty),* $(,)?) => {$(
        impl $crate::domain::facts::patch::Patched for $value {
            type Patch = Option<$value>;

            fn apply(&mut self, patch: &Self::Patch) {
                if let Some(stated) = patch {
                    self.clone_from(stated);
                }
            }

            fn join(below: &mut Self::Patch, above: &Self::Patch) {
                if above.is_some() {
                    below.clone_from(above);
                }
            }
        }
    )*};
}
pub(super) use replaced_whole;

replaced_whole!(bool, u64, String, Vec<String>);

/// A value that may be unknown; a patch can only make it known.
macro_rules! known_or_not {
    ($($value:ty),* $(,)?) => {$(
        impl Patched for Option<$value> {
            type Patch = Option<$value>;

            fn apply(&mut self, patch: &Self::Patch) {
                if patch.is_some() {
                    self.clone_from(patch);
                }
            }

            fn join(below: &mut Self::Patch, above: &Self::Patch) {
                if above.is_some() {
                    below.clone_from(above);
                }
            }
        }
    )*};
}

known_or_not!(bool, u64, String, Vec<String>);

/// A patch of a map replaces the members that it names.
impl<T: Clone + PartialEq> Patched for BTreeMap<String, T> {
    type Patch = Self;

    fn apply(&mut self, patch: &Self::Patch) {
        self.extend(patch.iter().map(|(key, value)| (key.clone(), value.clone())));
    }

    fn join(below: &mut Self::Patch, above: &Self::Patch) {
        below.apply(above);
    }
}

/// Defines a struct and the struct of its patches, whose members are all optional.
macro_rules! patched {
    (
        $(#[$meta:meta])*
        pub struct $name:ident, $patch:ident {
            $( $(#[doc = $doc:literal])* $field:ident: $type:ty = $default:expr, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
        pub struct $name {
            $( $(#[doc = $doc])* pub $field: $type, )*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $( $field: $default, )* }
            }
        }

        #[doc = concat!("What a layer states of [`", stringify!($name), "`]; it has the same members, all of them optional.")]
        #[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $patch {
            $(
                $(#[doc = $doc])*
                #[serde(skip_serializing_if = "crate::domain::facts::patch::is_empty")]
                pub $field: <$type as $crate::domain::facts::patch::Patched>::Patch,
            )*
        }

        impl $crate::domain::facts::patch::Patched for $name {
            type Patch = $patch;

            fn apply(&mut self, patch: &Self::Patch) {
                $( self.$field.apply(&patch.$field); )*
            }

            fn join(below: &mut Self::Patch, above: &Self::Patch) {
                $( <$type as $crate::domain::facts::patch::Patched>::join(&mut below.$field, &above.$field); )*
            }
        }

        impl $crate::domain::facts::describe::Described for $name {
            fn describe(path: &str, _: &str, all: &mut Vec<$crate::domain::facts::describe::FactSpec>) {
                $(
                    let path_of = $crate::domain::facts::describe::below(path, stringify!($field));
                    let about = concat!($($doc),*);
                    <$type as $crate::domain::facts::describe::Described>::describe(&path_of, about, all);
                )*
            }
        }
    };
}
pub(super) use patched;
