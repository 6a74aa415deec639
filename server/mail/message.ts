/** A mail as it is sent, and how its text and its HTML are made of the same blocks. */

import type { Locale } from "@/lib/locale";
import { isolateBidi } from "@/lib/text/bidi-isolate";

export type Attachment = { filename: string; contentType: string; content: Buffer };

export type MailMessage = { subject: string; text: string; html: string; attachments?: Attachment[] };

/** Words of somebody, which end in themselves whatever their direction is. */
type Quoted = { quoted: string };

export type Block =
  | { type: "title"; text: string }
  /** Pieces of one paragraph. */
  | { type: "text"; text: string | readonly (string | Quoted)[] }
  /** A link that stands out, and is written out where there is no HTML. */
  | { type: "link"; label: string; url: string }
  | { type: "facts"; facts: readonly (readonly [string, string | Quoted])[] }
  /** Amounts under each other, each with what it is for; the last may be what they come to. */
  | { type: "amounts"; rows: readonly { text: string; detail?: string; amount: string; isTotal?: true }[] }
  /** Beside the point: who sent this and why. */
  | { type: "small"; text: string };

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as HTML. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

const inText = (piece: string | Quoted): string =>
  typeof piece === "string" ? piece : isolateBidi(piece.quoted);
const inHtml = (piece: string | Quoted): string =>
  typeof piece === "string" ? escapeHtml(piece) : `<bdi>${escapeHtml(piece.quoted)}</bdi>`;
const piecesOf = (text: string | readonly (string | Quoted)[]) => (typeof text === "string" ? [text] : text);

function textOf(block: Block): string {
  switch (block.type) {
    case "title":
    case "small":
      return block.text;
    case "text":
      return piecesOf(block.text).map(inText).join("");
    case "link":
      return `${block.label}:\n${block.url}`;
    case "facts":
      return block.facts.map(([name, value]) => `${name}: ${inText(value)}`).join("\n");
    case "amounts":
      return block.rows
        .map(({ text, detail, amount }) => `${text}${detail === undefined ? "" : ` (${detail})`}: ${amount}`)
        .join("\n");
    default:
      return block satisfies never;
  }
}

/** Mail programs know no style sheets. The colours are those of the pages. */
const STYLE = {
  body: "margin:0;padding:24px 16px;background:#f6f4ee;color:#17211c;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif",
  card: "max-width:520px;margin:0 auto;padding:28px 24px;background:#ffffff;border:1px solid #e3dfd3;border-radius:16px",
  title: "margin:0 0 16px;font-size:22px;line-height:1.25",
  text: "margin:0 0 16px;overflow-wrap:anywhere",
  link: "display:inline-block;padding:12px 20px;background:#0d5c46;color:#ffffff;border-radius:12px;font-weight:600;text-decoration:none",
  name: "padding:4px 16px 4px 0;color:#56605a;vertical-align:top;font-weight:400;text-align:left",
  value: "padding:4px 0;overflow-wrap:anywhere",
  detail: "color:#56605a;font-size:14px",
  // An amount that is broken over two lines reads as two numbers.
  amount: "padding-left:16px;text-align:right;vertical-align:top;white-space:nowrap",
  small: "margin:16px 0 0;color:#56605a;font-size:14px",
} as const;

function htmlOf(block: Block): string {
  switch (block.type) {
    case "title":
      return `<h1 style="${STYLE.title}">${escapeHtml(block.text)}</h1>`;
    case "text":
      return `<p style="${STYLE.text}">${piecesOf(block.text).map(inHtml).join("")}</p>`;
    case "link": {
      const url = escapeHtml(block.url);
      return `<p style="${STYLE.text}"><a href="${url}" style="${STYLE.link}">${escapeHtml(block.label)}</a></p>`;
    }
    case "facts": {
      const rows = block.facts.map(
        ([name, value]) =>
          `<tr><th scope="row" style="${STYLE.name}">${escapeHtml(name)}</th><td style="${STYLE.value}">${inHtml(value)}</td></tr>`,
      );
      return `<table style="margin:0 0 16px;border-collapse:collapse">${rows.join("")}</table>`;
    }
    case "amounts": {
      const rows = block.rows.map(({ text, detail, amount, isTotal }) => {
        const cell = isTotal ? `${STYLE.value};font-weight:600` : STYLE.value;
        const small =
          detail === undefined ? "" : `<br><span style="${STYLE.detail}">${escapeHtml(detail)}</span>`;
        return `<tr><td style="${cell}">${escapeHtml(text)}${small}</td><td style="${cell};${STYLE.amount}">${escapeHtml(amount)}</td></tr>`;
      });
      return `<table style="margin:0 0 16px;width:100%;border-collapse:collapse">${rows.join("")}</table>`;
    }
    case "small":
      return `<p style="${STYLE.small}">${escapeHtml(block.text)}</p>`;
    default:
      return block satisfies never;
  }
}

/** Makes a mail of blocks, once as plain text and once as HTML that needs nothing from elsewhere. */
export function makeMessage(
  locale: Locale,
  subject: string,
  blocks: readonly Block[],
  attachments: Attachment[] = [],
): MailMessage {
  const html = `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(subject)}</title></head><body style="${STYLE.body}"><div style="${STYLE.card}">${blocks.map(htmlOf).join("")}</div></body></html>`;
  return { subject, text: `${blocks.map(textOf).join("\n\n")}\n`, html, attachments };
}
