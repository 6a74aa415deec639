/** The forms about an account: the same schemas in the browser and on the server. Messages are codes for texts. */
import { z } from "zod";
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from "./sign-up.ts";

const EMAIL_MAX_LENGTH = 254;

const address = z.string("email").trim().toLowerCase().pipe(z.email("email").max(EMAIL_MAX_LENGTH, "email"));
/** One that somebody chooses. What can be guessed is refused by the server, which knows whose it is. */
const newPassword = z.string("short").min(PASSWORD_MIN_LENGTH, "short").max(PASSWORD_MAX_LENGTH, "long");
/** One that is compared. */
const ownPassword = z.string("empty").min(1, "empty").max(PASSWORD_MAX_LENGTH, "wrong");
const token = z.string("expired").min(1, "expired").max(2_000, "expired");
const tick = z.literal("on").optional();

export const newPasswordRequest = z.strictObject({ email: address });
export const newPasswordForm = z.strictObject({ token, newPassword, revokeKeys: tick });
export const changePasswordForm = z.strictObject({
  currentPassword: ownPassword,
  newPassword,
  revokeKeys: tick,
});
export const changeAddressForm = z.strictObject({ email: address, currentPassword: ownPassword });
export const confirmSignUpForm = z.strictObject({ token, password: ownPassword });
