//! Values that are encrypted with age: whose keys there are, and decrypting.
//! Knows no directive.

use std::io::Read;
use std::path::PathBuf;

use age::{Decryptor, Identity};
use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use crate::config::settings::EnvSettings;
use crate::model::AgeFormat;
use crate::sys::Context;

/// Keys that may open a value.
pub(super) struct Identities {
    keys: Vec<Box<dyn Identity>>,
    /// Files that exist but are of no use, with the reason.
    unusable: Vec<String>,
}

impl std::fmt::Debug for Identities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} identities", self.keys.len())
    }
}

/// Why a value stays closed, in one line, and what may help.
#[derive(Debug)]
pub(super) struct Closed {
    pub(super) why: String,
    /// mise's words.
    pub(super) reference: Vec<String>,
    pub(super) hints: Vec<String>,
}

impl Closed {
    fn new(why: impl Into<String>, reference: &[&str]) -> Self {
        let reference = reference.iter().map(ToString::to_string).collect();
        Self { why: why.into(), reference, hints: Vec::new() }
    }
}

impl Identities {
    /// The keys of `MISE_AGE_KEY`, then of the files that the settings, the
    /// configuration directory and `~/.ssh` hold.
    pub(super) fn find(ctx: &Context, settings: &EnvSettings) -> Self {
        let mut found = Self { keys: Vec::new(), unusable: Vec::new() };
        found.secret_keys(ctx.env.get_str("MISE_AGE_KEY").unwrap_or_default());
        let place = |text: &String| ctx.dirs.resolve(&ctx.cwd, text);
        let default = || vec![ctx.dirs.config.join("age.txt")];
        let files = match &settings.age_key_file {
            Some(file) => vec![place(file)],
            None => default(),
        };
        for file in files.into_iter().chain(settings.age_identity_files.iter().map(place)) {
            if let Ok(text) = std::fs::read_to_string(&file) {
                found.secret_keys(&text);
            }
        }
        let mut ssh: Vec<PathBuf> = settings.age_ssh_identity_files.iter().map(place).collect();
        if ssh.is_empty() {
            ssh.extend(["id_ed25519", "id_rsa"].map(|n| ctx.dirs.home.join(".ssh").join(n)));
        }
        for file in ssh {
            found.ssh_key(ctx, &file);
        }
        found
    }

    /// One key a line; anything else is a comment.
    fn secret_keys(&mut self, text: &str) {
        let keys = text.lines().filter_map(|l| l.trim().parse::<age::x25519::Identity>().ok());
        self.keys.extend(keys.map(|key| Box::new(key) as Box<dyn Identity>));
    }

    fn ssh_key(&mut self, ctx: &Context, file: &PathBuf) {
        let Ok(bytes) = std::fs::read(file) else {
            return;
        };
        let shown = ctx.dirs.tilde(file);
        match age::ssh::Identity::from_buffer(&bytes[..], Some(shown.clone())) {
            Ok(key @ age::ssh::Identity::Unencrypted(_)) => self.keys.push(Box::new(key)),
            Ok(age::ssh::Identity::Encrypted(_)) => {
                self.unusable.push(format!("{shown} has a passphrase, which is not asked for"));
            }
            Ok(age::ssh::Identity::Unsupported(_)) | Err(_) => {
                self.unusable.push(format!("{shown} is no key that age can use"));
            }
        }
    }

    /// The text behind a value.
    ///
    /// # Errors
    /// Why it stays closed.
    pub(super) fn open(&self, value: &str, format: AgeFormat) -> Result<String, Closed> {
        if self.keys.is_empty() {
            let mut closed = Closed::new(
                "there is no age key to open it with",
                &["[experimental] No age identities found for decryption"],
            );
            closed.hints.clone_from(&self.unusable);
            return Err(closed);
        }
        let config =
            GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let base64 = GeneralPurpose::new(&base64::alphabet::STANDARD, config);
        let bytes = base64.decode(value.trim()).map_err(|e| {
            let reference = ["[experimental] Failed to decode base64", &e.to_string()];
            Closed::new(format!("it is not base64: {e}"), &reference)
        })?;
        let bytes = match format {
            AgeFormat::Raw => bytes,
            AgeFormat::Zstd => unpacked(&bytes)?,
        };
        self.decrypted(&bytes)
    }

    fn decrypted(&self, bytes: &[u8]) -> Result<String, Closed> {
        let decryptor = Decryptor::new_buffered(bytes).map_err(|e| {
            Closed::new(format!("it is not encrypted with age: {e}"), &[&e.to_string()])
        })?;
        let keys = self.keys.iter().map(|key| key.as_ref() as &dyn Identity);
        let mut reader = decryptor.decrypt(keys).map_err(|e| {
            let mut closed = Closed::new(
                "none of the age keys opens it",
                &[&format!("[experimental] Failed to decrypt: {e}")],
            );
            closed.hints.clone_from(&self.unusable);
            closed
        })?;
        let mut text = String::new();
        reader
            .read_to_string(&mut text)
            .map_err(|e| Closed::new(format!("it is damaged: {e}"), &[&e.to_string()]))?;
        Ok(text)
    }
}

fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, Closed> {
    let damaged = |e: String| Closed::new(format!("it is not packed with zstd: {e}"), &[&e]);
    let mut decoder =
        ruzstd::decoding::StreamingDecoder::new(bytes).map_err(|e| damaged(e.to_string()))?;
    let mut out = Vec::new();
    decoder.read_to_end(&mut out).map_err(|e| damaged(e.to_string()))?;
    Ok(out)
}
