import { useTranslations } from "next-intl";
import { Field } from "@/components/form/field";
import { Select } from "@/components/form/select";
import { ReasonedAct } from "@/components/ops/reasoned-act";
import type { FormState } from "@/lib/form/form-state";
import type { ActWords } from "@/lib/ops/acts";

type Action = (previous: FormState, form: FormData) => Promise<FormState>;

/** What an operator may do with a person: another name, another role, frozen and free again. */
export function PersonActs({
  person: { id: userId, name, role, isFrozen },
  words,
  acts,
}: {
  person: { id: string; name: string; role: "payer" | "merchant" | "operator"; isFrozen: boolean };
  words: ActWords;
  acts: { rename: Action; role: Action; freeze: Action };
}) {
  const t = useTranslations("opsPeople");
  return (
    <div className="flex flex-col">
      <ReasonedAct
        id="rename"
        act="rename"
        action={acts.rename}
        fields={{ userId }}
        what={t("rename")}
        text={t("renameText")}
        forCertain={t("renameForCertain")}
        words={words}
        isDangerous={false}
      >
        <Field name="name" label={t("newName")} defaultValue={name} autoComplete="off" />
      </ReasonedAct>
      <ReasonedAct
        id="role"
        act="role"
        action={acts.role}
        fields={{ userId }}
        what={t("changeRole")}
        text={t("changeRoleText")}
        forCertain={t("changeRoleForCertain")}
        words={words}
      >
        <Select
          name="role"
          label={t("newRole")}
          defaultValue={role === "merchant" ? "merchant" : "payer"}
          options={(["payer", "merchant"] as const).map((value) => ({
            value,
            label: t(`role_${value}`),
          }))}
        />
        <Field
          name="name"
          label={t("nameThen")}
          hint={t("nameThenHint")}
          defaultValue={name}
          autoComplete="off"
        />
      </ReasonedAct>
      {isFrozen ? (
        <ReasonedAct
          id="unfreeze"
          act="freeze"
          action={acts.freeze}
          fields={{ userId, to: "free" }}
          what={t("unfreeze")}
          text={t("unfreezeText")}
          forCertain={t("unfreezeForCertain")}
          words={words}
          isDangerous={false}
        />
      ) : (
        <ReasonedAct
          id="freeze"
          act="freeze"
          action={acts.freeze}
          fields={{ userId, to: "frozen" }}
          what={t("freeze")}
          text={t("freezeText")}
          forCertain={t("freezeForCertain")}
          words={words}
        />
      )}
    </div>
  );
}
