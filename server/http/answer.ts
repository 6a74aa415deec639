/** Answers of text, as handlers make them: what a Response would say, without building one, which costs eight times as much. */

/** The headers of an answer: of each name one value, names in small letters, told in the order in which a Headers tells them. */
class AnswerHeaders {
  readonly #values: Map<string, string>;
  constructor(values: Readonly<Record<string, string>>) {
    this.#values = new Map(Object.entries(values));
  }
  get(name: string): string | null {
    return this.#values.get(name) ?? null;
  }
  set(name: string, value: string): void {
    this.#values.set(name, value);
  }
  [Symbol.iterator](): IterableIterator<[string, string]> {
    return [...this.#values].sort(([a], [b]) => (a < b ? -1 : 1)).values();
  }
}

/** An answer that is text. It has its text at hand, where a Response has a method of that name. */
export class TextAnswer {
  readonly headers: AnswerHeaders;
  constructor(
    readonly status: number,
    readonly text: string,
    headers: Readonly<Record<string, string>>,
  ) {
    this.headers = new AnswerHeaders(headers);
  }
}

/** What a handler of the API answers. */
export type ApiAnswer = TextAnswer | Response;

/** Whether `thing` is an answer. By its shape: the class may have a copy in another bundle. */
export function isAnswer(thing: unknown): thing is ApiAnswer {
  return typeof thing === "object" && thing !== null && "status" in thing && "headers" in thing;
}

/** Whether an answer has its text at hand. */
export function isText(answer: ApiAnswer): answer is TextAnswer {
  return typeof answer.text === "string";
}

/** The problem document that an answer is, read back. */
export async function problemIn(answer: ApiAnswer): Promise<{ type: string }> {
  return isText(answer) ? JSON.parse(answer.text) : await answer.json();
}

/** The answer as Next.js's router takes it. */
export function toResponse(answer: ApiAnswer): Response {
  if (!isText(answer)) return answer;
  return new Response(answer.text, { status: answer.status, headers: [...answer.headers] });
}
