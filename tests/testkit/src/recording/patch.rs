//! What differs between two values: a JSON merge patch (RFC 7396) with two words more.
//!
//! - An object whose members are called `#0`, `#1`, … changes single items of a list; `#7 like #6` is a new item that differs from
//!   the one before it.
//! - An object of another `class` is not merged: it begins anew.
//!
//! Values hold no null: there it means that a member is gone.

use serde_json::{Map, Value, json};

/// The member by which facts tell apart what may have happened.
const CLASS: &str = "class";

/// The patch that makes `now` of `base`; none when they are equal.
pub(super) fn between(base: &Value, now: &Value) -> Option<Value> {
    if base == now {
        return None;
    }
    let patch = match (base, now) {
        (Value::Object(base), Value::Object(now)) => members(base, now),
        (Value::Array(base), Value::Array(now)) => items(base, now),
        _ => now.clone(),
    };
    Some(patch)
}

/// Whether both say of which class they are, and not the same.
fn is_other_class(base: &Map<String, Value>, now: &Map<String, Value>) -> bool {
    let class = |of: &Map<String, Value>| of.get(CLASS).cloned();
    class(base).is_some() && class(now).is_some() && class(base) != class(now)
}

fn members(base: &Map<String, Value>, now: &Map<String, Value>) -> Value {
    if is_other_class(base, now) {
        return Value::Object(now.clone());
    }
    let mut patch = Map::new();
    for name in base.keys().filter(|name| !now.contains_key(*name)) {
        patch.insert(name.clone(), Value::Null);
    }
    for (name, value) in now {
        let change = base
            .get(name)
            .map_or_else(|| Some(value.clone()), |old| between(old, value));
        if let Some(change) = change {
            patch.insert(name.clone(), change);
        }
    }
    Value::Object(patch)
}

/// Single items where that is shorter than the whole list.
fn items(base: &[Value], now: &[Value]) -> Value {
    let whole = Value::from(now);
    if base.is_empty() || now.len() < base.len() {
        return whole;
    }
    let mut patch = Map::new();
    for (index, value) in now.iter().enumerate() {
        if let Some(old) = base.get(index) {
            if let Some(change) = between(old, value) {
                patch.insert(format!("#{index}"), change);
            }
            continue;
        }
        let before = index.checked_sub(1).and_then(|before| now.get(before));
        let like = before
            .filter(|before| before.is_object() && value.is_object())
            .map(|before| between(before, value).unwrap_or_else(|| json!({})));
        match like.filter(|like| shorter(like, value)) {
            Some(like) => patch.insert(format!("#{index}{LIKE}{}", index - 1), like),
            None => patch.insert(format!("#{index}"), value.clone()),
        };
    }
    let patch = Value::Object(patch);
    if shorter(&patch, &whole) {
        patch
    } else {
        whole
    }
}

fn shorter(one: &Value, other: &Value) -> bool {
    one.to_string().len() < other.to_string().len()
}

/// Applies a patch.
pub(super) fn apply(base: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        return base.clone_from(patch);
    };
    if let Value::Array(items) = base
        && !changes.is_empty()
        && changes.keys().all(|name| position(name).is_some())
    {
        return apply_to_items(items, changes);
    }
    if !base.is_object() {
        *base = Value::Object(Map::new());
    }
    let Value::Object(members) = base else { return };
    if is_other_class(members, changes) {
        members.clear();
    }
    apply_members(members, changes);
}

/// Applies a patch to the members of an object.
pub(super) fn apply_members(members: &mut Map<String, Value>, changes: &Map<String, Value>) {
    for (name, change) in changes {
        if change.is_null() {
            members.remove(name);
        } else {
            apply(members.entry(name.clone()).or_insert(Value::Null), change);
        }
    }
}

fn apply_to_items(items: &mut Vec<Value>, changes: &Map<String, Value>) {
    let mut changes: Vec<(usize, &String, &Value)> = changes
        .iter()
        .filter_map(|(name, change)| Some((position(name)?, name, change)))
        .collect();
    changes.sort_by_key(|(index, _, _)| *index);
    for (index, name, change) in changes {
        if index >= items.len() {
            let like = items.last().filter(|_| name.contains(LIKE));
            items.push(like.cloned().unwrap_or_default());
        }
        if let Some(item) = items.get_mut(index) {
            apply(item, change);
        }
    }
}

/// Stands between a new item and the one that it is like.
const LIKE: &str = " like #";

fn position(name: &str) -> Option<usize> {
    let name = name.split(LIKE).next()?;
    name.strip_prefix('#')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(base: &Value, now: &Value) -> Option<Value> {
        let patch = between(base, now);
        let mut made = base.clone();
        if let Some(patch) = &patch {
            apply(&mut made, patch);
        }
        assert_eq!(made, *now);
        patch
    }

    #[test]
    fn a_patch_holds_only_what_differs() {
        let base = json!({"a": {"b": 1, "c": 2}, "d": [1], "e": 5});
        assert_eq!(made(&base, &base), None);
        let now = json!({"a": {"b": 1, "c": 3}, "d": [2]});
        assert_eq!(
            made(&base, &now),
            Some(json!({"a": {"c": 3}, "d": [2], "e": null}))
        );
    }

    #[test]
    fn single_items_of_a_long_list_are_named_by_their_place() {
        let item = |n: u8| json!({"name": format!("item {n}"), "kind": "something long"});
        let base = json!([item(0), item(1), item(2)]);
        let mut now = base.clone();
        now[1]["name"] = json!("another");
        now.as_array_mut().expect("a list").push(json!("new"));
        assert_eq!(
            made(&base, &now),
            Some(json!({"#1": {"name": "another"}, "#3": "new"}))
        );
        let shorter = json!([item(0)]);
        assert_eq!(made(&base, &shorter), Some(shorter.clone()));
    }

    #[test]
    fn a_new_item_is_told_by_the_one_before_it() {
        let item = |n: u8| json!({"name": format!("item {n}"), "kind": "something long"});
        let patch = made(
            &json!([item(0)]),
            &json!([item(0), item(1), item(2), item(2)]),
        );
        assert_eq!(
            patch,
            Some(json!({
                "#1 like #0": {"name": "item 1"},
                "#2 like #1": {"name": "item 2"},
                "#3 like #2": {},
            }))
        );
    }

    #[test]
    fn another_class_begins_anew() {
        let base = json!({"outcome": {"class": "found", "value": {"name": "x"}}});
        let now = json!({"outcome": {"class": "refused", "status": 403}});
        assert_eq!(made(&base, &now), Some(now.clone()));
    }

    #[test]
    fn a_list_may_become_an_object_and_back() {
        made(&json!({"a": [1, 2]}), &json!({"a": {"b": 1}}));
        made(&json!({"a": {"b": 1}}), &json!({"a": [1, 2]}));
        made(&json!({"a": "text"}), &json!({"a": {"b": {"c": []}}}));
    }
}
