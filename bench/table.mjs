//! The bench's result as a table for people: one row a metric, one column a system, and how many times better Cobnut is.
import { METRICS, SYSTEMS } from "./metrics.js";

/** @typedef {Record<string, Record<string, number | string>>} Results by system, then by metric */

/** Says whether Cobnut reached the metric's goal; undefined where there is none or nothing was measured.
 * @param {import("./metrics.js").Metric} metric @param {Results} results */
export function reached(metric, results) {
  const own = results.cobnut?.[metric.key];
  if (!Number.isFinite(own)) return undefined;
  if (metric.goal !== undefined) return metric.more ? own >= metric.goal : own <= metric.goal;
  if (!metric.beats) return undefined;
  const peers = SYSTEMS.slice(1).map((name) => results[name]?.[metric.key]);
  return peers.every((peer) => typeof peer === "number" && own < peer);
}

/** @param {Results} results */
export function table(results) {
  const peers = SYSTEMS.slice(1);
  const head = ["", ...SYSTEMS, ...peers.map((name) => `vs ${name}`), "goal", ""];
  const rows = METRICS.map((metric) => {
    const own = results.cobnut?.[metric.key];
    const goal = metric.goal !== undefined ? `${metric.more ? "≥" : "≤"} ${number(metric.goal)} ${metric.unit}` : metric.beats ? "beats both" : "";
    const verdict = { true: "reached", false: "missed", undefined: goal && "not measured" }[String(reached(metric, results))];
    return [
      metric.label,
      ...SYSTEMS.map((name) => cell(results[name]?.[metric.key], metric.unit)),
      ...peers.map((name) => ratio(own, results[name]?.[metric.key], metric.more)),
      goal,
      verdict,
    ];
  });
  return align([head, ...rows]);
}

const cell = (value, unit) => (Number.isFinite(value) ? `${number(value)} ${unit}` : "–");

/** Three digits that count. @param {number} value */
function number(value) {
  if (value >= 100) return value.toFixed(0);
  return String(Number(value.toPrecision(3)));
}

function ratio(own, peer, more = false) {
  if (typeof own !== "number" || typeof peer !== "number" || own === 0 || peer === 0) return "–";
  return `${number(more ? own / peer : peer / own)}×`;
}

/** @param {string[][]} rows */
function align(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row.map((text, column) => (column === 0 ? text.padEnd(widths[column]) : text.padStart(widths[column]))).join("  ").trimEnd());
  lines.splice(1, 0, widths.map((width) => "─".repeat(width)).join("  "));
  return lines.join("\n");
}
