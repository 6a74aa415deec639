/** Charts as SVG files, for a light and a dark page. */
import * as echarts from "echarts";
import type { ThroughputPoint } from "./throughput.ts";

const SIZE = { width: 760, height: 380 } as const;

/** Ink and colours that can be told apart on either ground, by those too who see few colours. */
const THEMES = {
  light: { ink: "#1f2937", faint: "#d1d5db", colours: ["#0f766e", "#5eead4", "#b45309", "#6b7280"] },
  dark: { ink: "#e5e7eb", faint: "#374151", colours: ["#2dd4bf", "#0f766e", "#f59e0b", "#9ca3af"] },
} as const;

export type Theme = keyof typeof THEMES;

/** Payments a second by what is in flight, on a logarithmic scale: the rivals would be flat lines on any other. */
export function throughputChart(points: readonly ThroughputPoint[], theme: Theme): string {
  const { ink, faint, colours } = THEMES[theme];
  const series = [
    { name: "Once, one hot account", of: (point: ThroughputPoint) => point.hot },
    { name: "Once, 10,000 accounts", of: (point: ThroughputPoint) => point.spread },
    { name: "one call per payment, hot", of: (point: ThroughputPoint) => point.oneByOne },
    { name: "interactive transaction, hot", of: (point: ThroughputPoint) => point.byHand },
  ];
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, ...SIZE });
  chart.setOption({
    animation: false,
    color: [...colours],
    textStyle: { color: ink, fontFamily: "system-ui, sans-serif" },
    // Without a browser the widths of texts are only guessed, too short: the gaps make up for it, over two rows.
    legend: [series.slice(0, 2), series.slice(2)].map((row, at) => ({
      data: row.map(({ name }) => name),
      top: at * 24,
      left: 64,
      itemGap: 60,
      textStyle: { color: ink },
    })),
    grid: { left: 64, right: 24, top: 84, bottom: 56 },
    xAxis: {
      type: "category",
      name: "payments in flight",
      nameLocation: "middle",
      nameGap: 34,
      data: points.map((point) => String(point.inFlight)),
      axisLabel: { color: ink },
      axisLine: { lineStyle: { color: faint } },
    },
    yAxis: {
      type: "log",
      name: "payments per second",
      nameTextStyle: { align: "left", padding: [0, 0, 0, -24] },
      axisLabel: { color: ink },
      splitLine: { lineStyle: { color: faint } },
    },
    series: series.map(({ name, of }) => ({
      type: "line",
      name,
      symbolSize: 8,
      data: points.map((point) => Math.round(of(point))),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
