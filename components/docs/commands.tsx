/** One step of an example: what it is for, and the commands to paste. */
export function Commands({ children, code }: { children: string; code: string }) {
  return (
    <li className="mt-6">
      <p>{children}</p>
      {/* Scrolls by itself, and so must be reachable without a mouse. */}
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to take the focus.
        tabIndex={0}
        lang="en"
        className="mt-2 overflow-x-auto rounded-xl border border-line bg-card p-4 font-mono text-sm leading-relaxed"
      >
        <code>{code}</code>
      </pre>
    </li>
  );
}
