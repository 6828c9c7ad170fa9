//! The console, driven in Chromium by real keys and clicks.
