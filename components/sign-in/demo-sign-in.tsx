import { useTranslations } from "next-intl";
import { Section } from "@/components/home/section";
import { Submit } from "@/components/ui/submit";

const PEOPLE = [
  { who: "alice", name: "Alice", role: "payer" },
  { who: "bob", name: "Bob", role: "payer" },
  { who: "mia", name: "Mia", role: "merchant" },
  { who: "omar", name: "Omar", role: "operator" },
] as const;

/** The demo's people, one button each. */
export function DemoSignIn({
  signInAsDemo,
  next,
}: {
  signInAsDemo: (formData: FormData) => Promise<void>;
  next: string;
}) {
  const t = useTranslations("signIn");
  return (
    <Section title={t("demoTitle")}>
      <form action={signInAsDemo} className="grid gap-2">
        <input type="hidden" name="next" value={next} />
        {PEOPLE.map((person) => (
          <div key={person.who} className="flex items-center gap-4">
            <Submit look="quiet" name="who" value={person.who} className="w-44 shrink-0 px-3!">
              {t("continueAs", { name: person.name })}
            </Submit>
            <span className="text-sm text-soft">{t(person.role)}</span>
          </div>
        ))}
      </form>
    </Section>
  );
}
