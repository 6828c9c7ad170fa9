//! Builds the console's assets: one style sheet, one script, the icons and htmx, each under a name that carries its hash,
//! each compressed once here rather than on every request. Writes to `OUT_DIR` only, never into the source tree.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use sha2::{Digest, Sha256};

/// What `dist/htmx.min.js` of htmx.org 4.0.1 hashes to. A new version changes this line and `static/package.json`.
const HTMX_SHA256: &str = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130";

fn main() {
    if let Err(error) = build() {
        for line in error.to_string().lines() {
            println!("cargo::error={line}");
        }
        std::process::exit(1);
    }
}

fn build() -> Result<(), Box<dyn Error>> {
    let source = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("static");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for watched in [
        "build.rs",
        "static/css",
        "static/css/reports",
        "static/js",
        "static/icons.svg",
        "static/favicon.svg",
        "static/package.json",
    ] {
        println!("cargo::rerun-if-changed={watched}");
    }
    println!("cargo::rerun-if-env-changed=CROSSMODEL_HTMX_JS");

    let mut table = String::from("&[\n");
    for asset in assets(&source, &out)? {
        table.push_str(&asset.write(&out)?);
    }
    table.push_str("]\n");
    fs::write(out.join("assets.rs"), table)?;
    Ok(())
}

fn assets(source: &Path, out: &Path) -> Result<Vec<Asset>, Box<dyn Error>> {
    let mut assets = vec![
        Asset::new(
            "console.css",
            "text/css; charset=utf-8",
            style_sheet(&source.join("css"))?,
        ),
        // Only for the pages that need it: the others load quickly.
        Asset::new(
            "reports.css",
            "text/css; charset=utf-8",
            style_sheet(&source.join("css/reports"))?,
        ),
        Asset::new("app.js", "text/javascript; charset=utf-8", script(&source.join("js"))?),
        Asset::new("icons.svg", "image/svg+xml", fs::read(source.join("icons.svg"))?),
        Asset::new("favicon.svg", "image/svg+xml", fs::read(source.join("favicon.svg"))?),
    ];

    if env::var_os("CARGO_FEATURE_ENHANCE").is_some() {
        assets.push(Asset::new(
            "htmx.js",
            "text/javascript; charset=utf-8",
            htmx(source, out)?,
        ));
    }
    Ok(assets)
}

/// The sheets in the order of their names, after `layers.css`, which fixes the order of the cascade layers.
fn style_sheet(folder: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut sheet = String::new();
    for file in sorted(folder, "css", "layers.css")? {
        sheet.push_str(&without_comments(&fs::read_to_string(file)?));
    }
    Ok(sheet.into_bytes())
}

/// Drops comments and indentation, which take bytes and have no meaning.
fn without_comments(css: &str) -> String {
    let mut rest = css;
    let mut kept = String::with_capacity(css.len());
    while let Some((before, comment)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| format!("{line}\n"))
        .collect()
}

/// The scripts in the order of their names, after `base.js`, each in a block of its own so that their names do not clash.
fn script(folder: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut bundle = String::from("\"use strict\";\n");
    for file in sorted(folder, "js", "base.js")? {
        // Comment lines and indentation take bytes and have no meaning. No text of ours spans lines.
        let text = fs::read_to_string(file)?;
        let lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with("//"));
        write!(bundle, "{{\n{}\n}}\n", lines.collect::<Vec<_>>().join("\n"))?;
    }
    Ok(bundle.into_bytes())
}

fn sorted(folder: &Path, extension: &str, first: &str) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort_by_key(|path| (!path.ends_with(first), path.clone()));
    Ok(files)
}

/// htmx, from the first source that has it: the file that the environment names, the installed package, or npm.
fn htmx(source: &Path, out: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let installed = source.join("node_modules/htmx.org/dist/htmx.min.js");
    let file = match env::var_os("CROSSMODEL_HTMX_JS") {
        Some(named) => PathBuf::from(named),
        None if installed.exists() => installed,
        None => fetch(source, &out.join("npm"))?,
    };
    println!("cargo::rerun-if-changed={}", file.display());

    let bytes = fs::read(&file).map_err(|error| help(&format!("{} cannot be read: {error}", file.display())))?;
    let found = hex(&Sha256::digest(&bytes));
    if found != HTMX_SHA256 {
        return Err(help(&format!(
            "{} has sha256 {found}, expected {HTMX_SHA256}",
            file.display()
        ))
        .into());
    }
    Ok(bytes)
}

/// Installs exactly what the lock file names into a folder of the build's own.
fn fetch(source: &Path, folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let file = folder.join("node_modules/htmx.org/dist/htmx.min.js");
    if file.exists() {
        return Ok(file);
    }

    fs::create_dir_all(folder)?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(source.join(name), folder.join(name))?;
    }

    let run = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(folder)
        .output()
        .map_err(|error| help(&format!("npm could not be started: {error}")))?;
    if !run.status.success() {
        return Err(help(&format!("npm ci failed:\n{}", String::from_utf8_lossy(&run.stderr))).into());
    }
    Ok(file)
}

fn help(problem: &str) -> String {
    format!(
        "The console needs htmx 4.0.1, and {problem}\n\
         Any one of these mends it:\n\
         1. install Node.js with npm, then build again;\n\
         2. run `npm ci --prefix static` on a machine that has npm, and copy static/node_modules here;\n\
         3. name the file: CROSSMODEL_HTMX_JS=/path/to/htmx.min.js cargo build;\n\
         4. build without it: cargo build --no-default-features (every page still works, by plain forms)."
    )
}

struct Asset {
    logical: &'static str,
    content_type: &'static str,
    bytes: Vec<u8>,
}

impl Asset {
    fn new(logical: &'static str, content_type: &'static str, bytes: Vec<u8>) -> Self {
        Self {
            logical,
            content_type,
            bytes,
        }
    }

    /// Writes the file and its compressed forms. Returns its line of the table.
    fn write(&self, out: &Path) -> Result<String, Box<dyn Error>> {
        let hash: String = hex(&Sha256::digest(&self.bytes)).chars().take(12).collect();
        let (stem, extension) = self.logical.split_once('.').unwrap_or((self.logical, ""));
        fs::write(out.join(self.logical), &self.bytes)?;
        fs::write(out.join(format!("{}.br", self.logical)), brotli(&self.bytes)?)?;
        fs::write(out.join(format!("{}.gz", self.logical)), gzip(&self.bytes)?)?;

        let include = |suffix: &str| {
            format!(
                "include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{}{suffix}\"))",
                self.logical
            )
        };
        Ok(format!(
            "Asset {{ logical: {:?}, name: \"{stem}.{hash}.{extension}\", url: \"/assets/{stem}.{hash}.{extension}\", \
             content_type: {:?}, plain: {}, brotli: {}, gzip: {} }},\n",
            self.logical,
            self.content_type,
            include(""),
            include(".br"),
            include(".gz"),
        ))
    }
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut packed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &params)?;
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
