import { describe, expect, it } from "vitest";
import { findBareText } from "./own-element.ts";

/** How many texts the rule refuses in what a component returns. */
function refusedIn(jsx: string, props = "{ icon: ReactElement; text: string }"): number {
  const text = `type Props = ${props};\nexport function Part({ icon, text }: Props) {\nreturn (\n${jsx}\n);\n}`;
  return findBareText({ file: "components/part.tsx", text }).length;
}

describe("text beside other nodes is refused", () => {
  it.each([
    ["words before an element", "<p>Pay <b>now</b></p>", 1],
    ["an expression after an element", "<button><Mark />{text}</button>", 1],
    ["after one that may come", "<button>{isBusy ? <Mark /> : null}{text}</button>", 1],
    ["two expressions", "<p>{text}{text}</p>", 2],
    ["words and an expression", "<p>/problems/{text}</p>", 2],
    ["a condition that may be a text", "<p><b />{isBusy ? text : null}</p>", 1],
    ["a text behind &&", "<p><b />{isBusy && text}</p>", 1],
    ["a default", "<p><b />{text ?? <i />}</p>", 1],
    ["a space", '<p><b />{" "}<i /></p>', 1],
    ["a fragment's only text, which stands wherever the fragment does", "<>{text}</>", 1],
    ["a list of texts", "<p>{all.map((one) => one.name)}</p>", 1],
    ["what a longer callback returns", "<p>{all.map((one) => { return one.name; })}</p>", 1],
    ["a text with tags", '<p>{t.rich("lead", {})}</p>', 1],
    ["the children of a component", "<Alert>{text}{isBusy ? <i /> : null}</Alert>", 1],
  ])("%s", (_what, jsx, count) => {
    expect(refusedIn(jsx)).toBe(count);
  });

  it("also where it comes from outside and may be a text", () => {
    expect(refusedIn("<p>{icon}<b /></p>", "{ icon: ReactNode; text: string }")).toBe(1);
    expect(refusedIn("<p>{icon}<b /></p>", "{ icon: ReactElement | string; text: string }")).toBe(1);
  });
});

it.each([
  ["the only text of an element", "<p>{text}</p>"],
  ["one of two texts", "<p>{isBusy ? text : null}</p>"],
  ["a template", `<p>{\`/problems/\${text}\`}</p>`],
  ["elements side by side", "<p>{isBusy ? <b /> : null}<span>{text}</span>{isBusy && <i />}</p>"],
  ["a list of elements", "<ul>{all.map((one) => <li key={one}>{one}</li>)}</ul>"],
  ["what is declared to be an element", "<p>{icon}<span>{text}</span></p>"],
  ["a text with tags, each piece in an element", '<p>{inElements(t.rich("lead", {}))}<b /></p>'],
  ["a comment", "<p>{/* why */}{text}</p>"],
])("%s is not refused", (_what, jsx) => {
  expect(refusedIn(jsx)).toBe(0);
});
