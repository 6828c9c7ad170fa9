//! `GET /metrics`: Prometheus text (version 0.0.4). No label has a value that a client can choose.

use std::fmt;
use std::sync::Arc;

use actix_web::{HttpResponse, web};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, NoLabelSet, prometheus_text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use super::health::plain;
use crate::gateway::metrics::{CallTimes, HistogramView};
use crate::gateway::state::Inner;
use crate::gateway::worker::Worker;

/// Answers a scrape.
pub async fn metrics(worker: web::Data<Worker>) -> HttpResponse {
    let mut registry = Registry::with_prefix("crossmodel");
    registry.register_collector(Box::new(Scrape(Arc::clone(&worker.inner))));

    let mut text = String::new();
    match prometheus_text::encode(&mut text, &registry) {
        Ok(()) => plain(200, "text/plain; version=0.0.4; charset=utf-8", text),
        Err(fmt::Error) => plain(500, "text/plain; charset=utf-8", String::new()),
    }
}

/// A family of histograms: its name, its help, and which times it shows.
type Kind = (&'static str, &'static str, fn(&CallTimes) -> HistogramView);

/// Reads everything anew at each scrape.
struct Scrape(Arc<Inner>);

impl fmt::Debug for Scrape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scrape")
    }
}

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut out = Families(encoder);
        self.calls(&mut out)?;
        self.times(&mut out)?;
        self.cache(&mut out)?;
        self.ledger(&mut out)
    }
}

impl Scrape {
    fn calls(&self, out: &mut Families<'_>) -> fmt::Result {
        let metrics = &self.0.metrics;
        let help = "Responses by kind of status; 499 for clients that left";
        // Until 0.3 also under their old names.
        for name in ["responses", "answers"] {
            out.counters(name, help, "status", metrics.responses())?;
        }
        out.counter("upstream_calls", "Calls to providers", metrics.calls())?;
        out.gauge(
            "upstream_calls_in_flight",
            "Calls to providers now",
            metrics.in_flight(),
        )?;

        self.adapted(out)?;

        let snapshot = self.0.cache.last_snapshot();
        let help = "Whether a model of the provider is paused after repeated failures";
        for name in ["provider_circuit_open", "provider_left_alone"] {
            let paused = snapshot.paused();
            let rows = paused.iter().map(|(provider, paused)| (*provider, i64::from(*paused)));
            out.gauges(name, help, "provider", rows)?;
        }
        Ok(())
    }

    fn adapted(&self, out: &mut Families<'_>) -> fmt::Result {
        let help = "Calls with a change that fits request or answer to each other, by change and provider";
        let mut family = out.0.encode_descriptor("adapted", help, None, MetricType::Counter)?;
        for ((token, provider), count) in self.0.metrics.adapted() {
            let labels = [("token", &*token), ("provider", provider.as_str())];
            ConstCounter::new(count).encode(family.encode_family(&labels)?)?;
        }
        Ok(())
    }

    fn times(&self, out: &mut Families<'_>) -> fmt::Result {
        let all = self.0.metrics.times();
        let kinds: [Kind; 3] = [
            (
                "call_duration_seconds",
                "From a request's arrival to the end of its response",
                |times| times.latency.view(),
            ),
            (
                "call_first_byte_seconds",
                "From a request's arrival to the first byte of content",
                |times| times.first_byte.view(),
            ),
            (
                "call_queue_seconds",
                "From a request's arrival until its provider is sent it",
                |times| times.queue.view(),
            ),
        ];

        for (name, help, view) in kinds {
            let mut family = out.0.encode_descriptor(name, help, None, MetricType::Histogram)?;
            for ((provider, protocol), times) in &all {
                let labels = [("provider", provider.as_str()), ("protocol", *protocol)];
                let view = view(times);
                let mut row = family.encode_family(&labels)?;
                row.encode_histogram::<NoLabelSet>(view.sum, view.count, &view.buckets, None)?;
            }
        }
        Ok(())
    }

    fn cache(&self, out: &mut Families<'_>) -> fmt::Result {
        let cache = &self.0.cache;
        let (keys, oldest, loads) = cache.stats(self.0.options.clock.now());
        let keys = i64::try_from(keys).unwrap_or(i64::MAX);

        out.gauge("keys_cached", "API keys in memory", keys)?;
        out.counter("key_loads", "API keys read from the database", loads)?;
        out.gauge(
            "cache_oldest_seconds",
            "Age of what was confirmed longest ago",
            oldest.as_secs_f64(),
        )?;
        out.gauge(
            "database_up",
            "Whether the database answers",
            i64::from(!cache.is_database_down()),
        )
    }

    fn ledger(&self, out: &mut Families<'_>) -> fmt::Result {
        let inner = &self.0;
        let (waiting, written) = inner.shipper.counts();
        out.gauge(
            "database_writable",
            "Whether the database took what was last written to it",
            i64::from(!inner.spending.is_database_unwritable()),
        )?;
        out.gauge("usage_records_waiting", "Usage records to be written", waiting)?;
        out.counter("usage_records_written", "Usage records written", written)?;
        out.gauge(
            "spool_bytes_waiting",
            "Bytes of the spool to be written",
            inner.spool.waiting(),
        )?;
        out.gauge(
            "spool_up",
            "Whether the spool takes calls; none is made while it does not",
            i64::from(!inner.spool.is_stuck()),
        )
    }
}

/// Writes families of metrics one after the other.
struct Families<'a>(DescriptorEncoder<'a>);

impl Families<'_> {
    /// A counter without labels. Its name gets `_total` at its end.
    fn counter(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        let counter = ConstCounter::new(value);
        let family = self.0.encode_descriptor(name, help, None, counter.metric_type())?;
        counter.encode(family)
    }

    /// A counter with one label.
    fn counters<'v>(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        rows: impl Iterator<Item = (&'v str, u64)>,
    ) -> fmt::Result {
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (value, count) in rows {
            let labels = [(label, value)];
            ConstCounter::new(count).encode(family.encode_family(&labels)?)?;
        }
        Ok(())
    }

    /// A gauge without labels.
    fn gauge<V>(&mut self, name: &str, help: &str, value: V) -> fmt::Result
    where
        ConstGauge<V>: EncodeMetric,
    {
        let gauge = ConstGauge::new(value);
        let family = self.0.encode_descriptor(name, help, None, gauge.metric_type())?;
        gauge.encode(family)
    }

    /// A gauge with one label.
    fn gauges<'v>(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        rows: impl Iterator<Item = (&'v str, i64)>,
    ) -> fmt::Result {
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for (value, number) in rows {
            let labels = [(label, value)];
            ConstGauge::new(number).encode(family.encode_family(&labels)?)?;
        }
        Ok(())
    }
}
