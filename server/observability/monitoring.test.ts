/**
 * The dashboard and the alert rules ask for what the build really tells: every metric, label and value in their expressions is in
 * what /api/metrics answers, and every alert has its place in docs/OPERATING.md.
 */
import { readFileSync } from "node:fs";
import { parser } from "@prometheus-io/lezer-promql";
import { beforeAll, describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { pay } from "@/db/payments/pay";
import { testDatabase } from "@/db/testing/fixtures/database";
import { newPerson, transferKey, transferTo } from "@/db/testing/fixtures/people";
import { countRequest, metricsText, startMetrics } from "./metrics.ts";

const test = testDatabase();

type Rule = {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; runbook_url: string };
};
type Rules = { groups: { name: string; rules: Rule[] }[] };
type Panel = {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string; legendFormat: string }[];
};
type Dashboard = { uid: string; panels: Panel[]; templating: { list: { name: string; query: unknown }[] } };

const rules = (parseYaml(readFileSync("monitoring/alerts.yml", "utf8")) as Rules).groups.flatMap(
  (g) => g.rules,
);
const dashboard = JSON.parse(readFileSync("monitoring/grafana-dashboard.json", "utf8")) as Dashboard;
const panels = dashboard.panels.filter(({ type }) => type !== "row");

/** What Prometheus adds to everything that it scrapes, and the metric that it makes of a scrape. */
const LABELS_OF_PROMETHEUS = ["job", "instance"];
const METRICS_OF_PROMETHEUS = ["up"];

/** By metric: the values of each label. */
type Told = Map<string, Map<string, Set<string>>>;
let told: Told;

/** Reads Prometheus's text format. */
function read(text: string): Told {
  const metrics: Told = new Map();
  for (const line of text.split("\n")) {
    const sample = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? \S+$/i.exec(line);
    if (!sample) continue;
    const labels = metrics.get(sample[1] ?? "") ?? new Map<string, Set<string>>();
    metrics.set(sample[1] ?? "", labels);
    for (const [, name = "", value = ""] of (sample[2] ?? "").matchAll(/([a-z_]\w*)="((?:[^"\\]|\\.)*)"/gi))
      labels.set(name, (labels.get(name) ?? new Set()).add(value));
  }
  return metrics;
}

beforeAll(async () => {
  startMetrics();
  const [payer, payee] = [await newPerson(test.owner, 10n), await newPerson(test.owner, 0n)];
  await pay(payer.id, await transferKey(payer), transferTo(payee, "1"));
  countRequest("POST /api/payments", 201, 0.01);
  told = read((await metricsText()).text);
});

/** An expression with Grafana's variables filled in. */
const withoutVariables = (expr: string) =>
  expr.replaceAll("$__rate_interval", "5m").replaceAll("$instance", ".*");

type Selector = { metric: string; matchers: { name: string; op: string; value: string }[] };

/** What an expression selects, and the labels that it names elsewhere. Throws where it is no PromQL. */
function analyse(expr: string): { selectors: Selector[]; groupedBy: string[] } {
  const selectors: Selector[] = [];
  const groupedBy: string[] = [];
  const textOf = ({ from, to }: { from: number; to: number }) => expr.slice(from, to);
  parser.parse(expr).iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`No PromQL at ${node.from}: ${expr}`);
      const parts = node.node;
      if (node.name === "VectorSelector") {
        const name = parts.getChild("Identifier");
        selectors.push({ metric: name ? textOf(name) : "", matchers: [] });
      }
      if (node.name === "UnquotedLabelMatcher") {
        const [name, op, value] = ["LabelName", "MatchOp", "StringLiteral"].map((one) => parts.getChild(one));
        if (!name || !op || !value) throw new Error(`A matcher that this test cannot read: ${textOf(node)}`);
        const matcher = { name: textOf(name), op: textOf(op), value: textOf(value).slice(1, -1) };
        selectors.at(-1)?.matchers.push(matcher);
      }
      if (node.name === "GroupingLabels")
        groupedBy.push(...parts.getChildren("LabelName").map((one) => textOf(one)));
    },
  });
  return { selectors, groupedBy };
}

/** What an expression asks for that nobody tells; empty where all of it is told. */
function unknownIn(expr: string): string[] {
  const { selectors, groupedBy } = analyse(withoutVariables(expr));
  const complaints: string[] = [];
  const labels = new Set(LABELS_OF_PROMETHEUS);
  if (selectors.length === 0) complaints.push(`nothing is selected by ${expr}`);
  for (const { metric, matchers } of selectors) {
    const valuesOf = told.get(metric);
    if (!valuesOf && !METRICS_OF_PROMETHEUS.includes(metric)) complaints.push(`no metric ${metric}`);
    for (const name of valuesOf?.keys() ?? []) labels.add(name);
    for (const { name, op, value } of matchers) {
      if (LABELS_OF_PROMETHEUS.includes(name)) continue;
      const values = valuesOf?.get(name);
      if (!values) complaints.push(`${metric} has no label ${name}`);
      else if (op.includes("~")) {
        // Statuses come with the answers; everything else is told from the beginning.
        const alternatives = value.includes(".") ? [] : value.split("|");
        for (const one of alternatives) if (!values.has(one)) complaints.push(`${metric}: no ${name} ${one}`);
      } else if (!values.has(value)) complaints.push(`${metric}: no ${name} ${value}`);
    }
  }
  for (const name of groupedBy) if (!labels.has(name)) complaints.push(`nothing has the label ${name}`);
  return complaints;
}

it("the test itself sees what is not told", () => {
  expect(unknownIn("rate(once_payment_requests[5m])")).toEqual(["no metric once_payment_requests"]);
  expect(unknownIn('once_books{state="odd"}')).toEqual(["once_books: no state odd"]);
  expect(unknownIn('once_books{mood="odd"}')).toEqual(["once_books has no label mood"]);
  expect(unknownIn("sum by (mood) (once_books)")).toEqual(["nothing has the label mood"]);
  expect(unknownIn('once_settlement_waiting{where=~"queue|bed"}')).toEqual([
    "once_settlement_waiting: no where bed",
  ]);
  expect(() => unknownIn("sum by (")).toThrow("No PromQL");
});

describe("the alert", () => {
  it.each(rules.map((rule) => [rule.alert, rule] as const))("%s asks for what is told", (_name, rule) => {
    expect(unknownIn(rule.expr)).toEqual([]);
    const labels = analyse(rule.expr).selectors.flatMap(({ metric }) => [
      ...(told.get(metric)?.keys() ?? []),
    ]);
    for (const [, name = ""] of rule.annotations.summary.matchAll(/\$labels\.(\w+)/g))
      expect([...LABELS_OF_PROMETHEUS, ...labels]).toContain(name);
    expect(["critical", "warning", "info"]).toContain(rule.labels.severity);
  });

  it("is named once", () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });
});

describe("docs/OPERATING.md", () => {
  const text = readFileSync("docs/OPERATING.md", "utf8");
  const headings = text
    .split("\n")
    .filter((line) => /^#+ /.test(line))
    .map((line) => line.replace(/^#+ /, ""));
  /** As GitHub makes an anchor of a heading. */
  const anchors = headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

  it.each(rules.map(({ alert, annotations }) => [alert, annotations.runbook_url] as const))(
    "says what %s means and what to do",
    (alert, url) => {
      const [file, anchor] = url.split("#");
      expect(file).toBe("docs/OPERATING.md");
      expect(anchors.filter((one) => one === anchor)).toHaveLength(1);
      const [, section = ""] = text.split(`\n### ${alert}\n`);
      const words = section.split(/\n##+ /)[0];
      expect(words).toContain("**Look**");
      expect(words).toContain("**Do**");
    },
  );

  it("explains no alert that is gone", () => {
    const names = rules.map(({ alert }) => alert);
    expect(
      headings.filter((heading) => /^Once[A-Z]\w+$/.test(heading)).filter((one) => !names.includes(one)),
    ).toEqual([]);
  });

  it("leads to its sections by a table of contents that is whole", () => {
    const linked = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor ?? "");
    expect(linked.filter((anchor) => !anchors.includes(anchor))).toEqual([]);
    const sections = text.split("\n").filter((line) => /^## /.test(line) && line !== "## Contents");
    for (const section of sections) {
      const anchor = anchors[headings.indexOf(section.slice(3))] ?? "";
      expect(linked, section).toContain(anchor);
    }
  });
});

describe("the dashboard's panel", () => {
  it.each(panels.map((panel) => [panel.title, panel] as const))(
    "%s asks for what is told",
    (_title, panel) => {
      expect(panel.targets?.length).toBeGreaterThan(0);
      for (const { expr, legendFormat } of panel.targets ?? []) {
        expect(unknownIn(expr)).toEqual([]);
        const { selectors, groupedBy } = analyse(withoutVariables(expr));
        const labels = selectors.flatMap(({ metric }) => [...(told.get(metric)?.keys() ?? [])]);
        for (const [, name = ""] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
          expect([...groupedBy, ...labels, ...LABELS_OF_PROMETHEUS]).toContain(name);
      }
    },
  );

  it("has a place of its own, within 24 columns", () => {
    const taken = new Set<string>();
    for (const { gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.has(`${x} ${y}`)).toBe(false);
          taken.add(`${x} ${y}`);
        }
    }
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });

  it("shows every metric of ours that is told, or an alert asks for it", () => {
    const asked = [...panels.flatMap(({ targets }) => targets ?? []), ...rules].flatMap(({ expr }) =>
      analyse(withoutVariables(expr)).selectors.map(({ metric }) =>
        metric.replace(/_(bucket|sum|count)$/, ""),
      ),
    );
    const ours = [...told.keys()].filter((name) => name.startsWith("once_"));
    const families = new Set(ours.map((name) => name.replace(/_(bucket|sum|count)$/, "")));
    expect([...families].filter((name) => !asked.includes(name))).toEqual([
      "once_database_pool_connections_max",
    ]);
  });
});
