import { otherMethods } from "@/server/http/other-methods";

/** Whatever is no other address of the API is not found, and says so as every other failure does. */
export const { DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT } = otherMethods("/api/[[...path]]");
