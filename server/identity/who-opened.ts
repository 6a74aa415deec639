/** The field `user` of an action's form. Anybody can call an action with anything in the form's place: that names nobody. */
export function whoOpened(form: FormData): unknown {
  const sent = form as Partial<FormData> | undefined;
  return typeof sent?.get === "function" ? sent.get("user") : undefined;
}
