//! Where a script's commands stand, and whether one that reads sees the script's own input:
//! straight, or in a function that is called. Knows no grammar.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// A command word, and whether it sees the input of the script.
pub(super) struct Site {
    pub(super) name: String,
    pub(super) open: bool,
    /// In the body of this function.
    pub(super) function: Option<Rc<str>>,
}

/// `read` and `select` themselves, and functions that come to them.
pub(super) fn reads(sites: &[Site]) -> bool {
    let mut callers: HashMap<&str, Vec<Option<&Rc<str>>>> = HashMap::new();
    for site in sites.iter().filter(|site| site.open) {
        callers.entry(&site.name).or_default().push(site.function.as_ref());
    }
    let mut seen: HashSet<&str> = HashSet::from(["read", "select"]);
    let mut readers: Vec<&str> = seen.iter().copied().collect();
    // A name may be long, and is looked at once.
    let mut bodies: HashSet<*const str> = HashSet::new();
    while let Some(reader) = readers.pop() {
        for caller in callers.get(reader).into_iter().flatten() {
            match caller {
                None => return true,
                Some(function) if bodies.insert(Rc::as_ptr(function)) => {
                    let name: &str = function;
                    readers.extend(seen.insert(name).then_some(name));
                }
                Some(_) => {}
            }
        }
    }
    false
}
