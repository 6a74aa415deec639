/** What a timeline of the console tells: words made on the server, in the reader's language. */

export type TimelinePerson = { name: string; handle: string; href: string };

/** Something that happened, or is known; `words` are somebody's own. */
export type TimelineEvent = {
  id: string;
  /** RFC 3339, and as it is read. */
  at: string;
  when: string;
  title: string;
  tone: "plain" | "good" | "alert" | "wait";
  by?: TimelinePerson | undefined;
  words?: string | undefined;
  facts?: readonly string[];
  /** What it is looked up by elsewhere, to copy: each with what it is. */
  ids?: readonly { name: string; id: string }[];
  /** Where it is shown whole, and the name of the way there. */
  lead?: { href: string; text: string } | undefined;
};
