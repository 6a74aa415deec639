"use client";
import { useEffect, useRef, useState } from "react";

/** swagger-ui's own switch for its dark colours is this class on the root. */
const DARK_CLASS = "dark-mode";

/** Gives swagger-ui the reader's scheme for as long as it is shown. */
function useReadersScheme(): void {
  useEffect(() => {
    const root = document.documentElement;
    const prefersDark = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => {
      const { theme } = root.dataset;
      root.classList.toggle(DARK_CLASS, theme === "dark" || (theme !== "light" && prefersDark.matches));
    };
    follow();
    prefersDark.addEventListener("change", follow);
    const chosen = new MutationObserver(follow);
    chosen.observe(root, { attributeFilter: ["data-theme"] });
    return () => {
      chosen.disconnect();
      prefersDark.removeEventListener("change", follow);
      root.classList.remove(DARK_CLASS);
    };
  }, []);
}

/**
 * The reference, shown by swagger-ui from our own origin. It is fetched when it comes near the screen: it is larger than
 * all the rest of the page, and whoever came for the examples does not wait for it.
 */
export function Reference({
  url,
  withoutScript,
  loading,
  failed,
}: {
  url: string;
  withoutScript: string;
  loading: string;
  failed: string;
}) {
  const ref = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<"lifeless" | "loading" | "shown" | "failed">("lifeless");
  useReadersScheme();

  useEffect(() => {
    const domNode = ref.current;
    if (domNode === null) return;
    setState("loading");
    async function show(node: HTMLElement): Promise<void> {
      // Fetched here: of a fetch that failed swagger-ui tells in words of its own, and nobody else.
      const [{ default: SwaggerUi }, response] = await Promise.all([
        import("swagger-ui-dist/swagger-ui-es-bundle.js"),
        fetch(url),
      ]);
      if (!response.ok) throw new Error(`The reference was answered with ${response.status}.`);
      const spec: unknown = await response.json();
      SwaggerUi({
        domNode: node,
        spec,
        validatorUrl: null,
        layout: "BaseLayout",
        presets: [SwaggerUi.presets.apis],
        docExpansion: "list",
        // The schemas are shown where they are used; listed once more they only make the page long.
        defaultModelsExpandDepth: -1,
        // An API key that is typed in here is forgotten with the page.
        persistAuthorization: false,
        onComplete: () => setState("shown"),
      });
    }
    // swagger-ui brings a <main> of its own, and a page has one: this is a part of ours.
    const parts = new MutationObserver(() => {
      domNode.querySelector("main:not([role])")?.setAttribute("role", "group");
    });
    parts.observe(domNode, { childList: true, subtree: true });
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer.disconnect();
        show(domNode).catch(() => setState("failed"));
      },
      { rootMargin: "800px" },
    );
    observer.observe(domNode);
    return () => {
      observer.disconnect();
      parts.disconnect();
    };
  }, [url]);

  return (
    <>
      {/* Said by a page whose scripts are off, or do not come. */}
      {state === "lifeless" ? <p className="stand-by mt-4 noscript:animate-none">{withoutScript}</p> : null}
      {state === "lifeless" || state === "shown" ? null : (
        <p role="status" className="mt-4 text-soft">
          {state === "loading" ? loading : failed}
        </p>
      )}
      {/* English in every language of the page; and swagger-ui's texts have siblings, so no translator may touch them. */}
      <div ref={ref} lang="en" translate="no" className="reference mt-4 min-h-40" />
    </>
  );
}
