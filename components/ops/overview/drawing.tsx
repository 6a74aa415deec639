"use client";

import {
  Bar,
  BarChart,
  CartesianGrid,
  Line,
  LineChart,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { type ChartData, lookOf } from "./chart-types";

const AXIS = { fontSize: 12, fill: "var(--soft)" };
const MARGIN = { top: 8, right: 8, bottom: 0, left: 0 };

/**
 * A chart, drawn by recharts. Hidden from screen readers: the table beside it says the same. Nothing moves in it: it is drawn anew
 * every few seconds.
 */
export default function Drawing({ kind, ticks, lines, steps }: ChartData) {
  const points = ticks.map((tick, at) => ({
    at,
    tick,
    ...Object.fromEntries(lines.map(({ key, values }) => [key, values[at] ?? null])),
  }));
  const shared = [
    <CartesianGrid key="grid" stroke="var(--line)" vertical={false} />,
    <XAxis
      key="x"
      dataKey="at"
      tickFormatter={(at: number) => ticks[at] ?? ""}
      tick={AXIS}
      tickLine={false}
      stroke="var(--line-strong)"
      {...(kind === "bars" ? { interval: 0 } : { minTickGap: 28 })}
    />,
    <YAxis
      key="y"
      tick={AXIS}
      tickLine={false}
      axisLine={false}
      width={44}
      allowDecimals={false}
      domain={[0, "auto"]}
    />,
    <Tooltip
      key="tooltip"
      isAnimationActive={false}
      cursor={{ stroke: "var(--line-strong)", fill: "var(--wash)" }}
      content={({ active, label }) =>
        active && typeof label === "number" ? <Said at={label} lines={lines} steps={steps} /> : null
      }
    />,
  ];
  return (
    <ResponsiveContainer width="100%" height="100%">
      {kind === "bars" ? (
        <BarChart data={points} margin={MARGIN} accessibilityLayer={false}>
          {[
            ...shared,
            ...lines.map(({ key }, at) => (
              <Bar key={key} dataKey={key} fill={lookOf(at).colour} isAnimationActive={false} />
            )),
          ]}
        </BarChart>
      ) : (
        <LineChart data={points} margin={MARGIN} accessibilityLayer={false}>
          {[
            ...shared,
            ...lines.map(({ key, values }, at) => (
              <Line
                key={key}
                dataKey={key}
                type="linear"
                stroke={lookOf(at).colour}
                strokeDasharray={lookOf(at).dash}
                strokeWidth={2}
                // A value without neighbours makes no line.
                dot={
                  values.filter((value) => value !== null).length < 3 ? { r: 3, strokeDasharray: "" } : false
                }
                isAnimationActive={false}
              />
            )),
          ]}
        </LineChart>
      )}
    </ResponsiveContainer>
  );
}

/** What stands under the pointer. */
function Said({ at, lines, steps }: Pick<ChartData, "lines" | "steps"> & { at: number }) {
  return (
    <div className="rounded-xl border border-line-strong bg-card px-3 py-2 text-sm shadow-sheet">
      <p className="font-semibold">{steps[at]}</p>
      {lines.map(({ key, label, texts }) => (
        <p key={key} className="flex justify-between gap-4">
          <span>{label}</span>
          <span className="figures">{texts[at]}</span>
        </p>
      ))}
    </div>
  );
}
