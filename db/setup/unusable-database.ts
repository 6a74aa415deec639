/** The errors of a database that cannot be reached or used at start, each in one sentence: what is wrong, what to do. */
import { readDatabaseUrl } from "../connection/database-url.ts";
import { errorCode } from "../execution/error-code.ts";
import { CannotStart, isForOperator } from "./cannot-start.ts";

/** A database as the sentences name it, without the rest of its address. */
type Named = { variable: string; hosts: string; database: string };

const EMBEDDED = "the embedded PostgreSQL";

/** Stands for the variable of the embedded server, which has none; with the folder that its data is in. */
export function embeddedIn(dataDir: string): string {
  return `${EMBEDDED} in ${dataDir}`;
}

const POOLER =
  "A pooler has to pass or to ignore our startup parameters (PgBouncer: ignore_startup_parameters) and, where it pools by transaction, needs ?prepare=false in the address; DATABASE_OWNER_URL goes to the server itself. See .env.example.";

type Sentence = (database: Named, said: string) => string;

const notThere: Sentence = ({ variable, hosts }) =>
  `Nobody listens at ${hosts}, where ${variable} points: start PostgreSQL there, or correct host and port.`;
const noAnswer: Sentence = ({ variable, hosts }) =>
  `${hosts}, where ${variable} points, gives no answer: is the machine up, and does a firewall let us through?`;
const cutOff: Sentence = ({ variable, hosts }) =>
  `${hosts}, where ${variable} points, closes the connection without a word: is that PostgreSQL, and does it want TLS (sslmode=require)?`;
const unknownHost: Sentence = ({ variable, hosts }) =>
  `There is no host of this name: ${hosts}. Correct ${variable}, or see to the name server.`;
const notTrusted: Sentence = ({ variable, hosts }, said) =>
  `The certificate of ${hosts} is not trusted (${said}): give Node its authority's as NODE_EXTRA_CA_CERTS, or correct the host in ${variable}.`;
const diskFull: Sentence = ({ database }) => `${database} has a full disk: make room there and start again.`;
const takesNoWrites: Sentence = ({ database }) =>
  `${database} takes no writes: it is a standby, or set to default_transaction_read_only. Give the primary's address, or all hosts.`;
const notMigrated: Sentence = ({ variable, database }) =>
  `${database} has no tables of this build yet: start a server on it first, which makes them${variable.startsWith(EMBEDDED) ? ", or set ONCE_DATA_DIR to the folder that one has started in" : ""}.`;
const notPrepared: Sentence = ({ variable }) =>
  `A pooler stands where ${variable} points, and gives each statement another session. ${POOLER}`;
const comingOrGoing: Sentence = ({ variable, hosts }, said) =>
  `The database at ${hosts}, where ${variable} points, takes no connections now (${said}): start again when it is up.`;

/** By SQLSTATE, its class (x for what may follow), or a code of Node or of our own. */
const SENTENCES: Readonly<Record<string, Sentence>> = {
  ECONNREFUSED: notThere,
  ENOENT: notThere,
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  ETIMEDOUT: noAnswer,
  CONNECT_TIMEOUT: noAnswer,
  EHOSTUNREACH: noAnswer,
  ENETUNREACH: noAnswer,
  ECONNRESET: cutOff,
  EPIPE: cutOff,
  CONNECTION_CLOSED: cutOff,
  CONNECTION_DESTROYED: cutOff,
  CONNECTION_ENDED: cutOff,
  CONNECTION_GARBLED: ({ variable, hosts }) =>
    `What answers at ${hosts}, where ${variable} points, is not PostgreSQL: correct host and port.`,
  CONNECTION_STANDBY: ({ variable, hosts }) =>
    `${hosts}, where ${variable} points, is a standby: it cannot settle, and may not say that a key is void. Give the primary's address, or all hosts.`,
  CONNECTION_READ_ONLY: takesNoWrites,
  "25006": takesNoWrites,
  CONNECTION_IN_TRANSACTION: ({ variable }) =>
    `A pooler stands where ${variable} points, which runs each statement in a transaction of its own and may never commit it: nothing that is answered there can be believed. Pgpool-II does so with backend_clustering_mode = 'raw'; go to the server itself, or choose another mode.`,
  CONNECTION_TLS: ({ variable, hosts }, said) =>
    `${variable} demands TLS, and ${hosts} has none (${said}): set the server up for it, or say sslmode=disable where the way there is safe.`,
  DEPTH_ZERO_SELF_SIGNED_CERT: notTrusted,
  SELF_SIGNED_CERT_IN_CHAIN: notTrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: notTrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: notTrusted,
  CERT_HAS_EXPIRED: notTrusted,
  ERR_TLS_CERT_ALTNAME_INVALID: notTrusted,
  "08P01": ({ variable }, said) =>
    /startup parameter/i.test(said)
      ? `A pooler stands where ${variable} points, and refuses what our connections ask for (${said}). ${POOLER}`
      : `What answers where ${variable} points refused the connection: ${said}.`,
  "26000": notPrepared,
  "42P05": notPrepared,
  "42P01": notMigrated,
  "42883": notMigrated,
  "28P01": ({ variable }) => `The password or the user in ${variable} is wrong.`,
  "28xxx": ({ variable }, said) =>
    `The server does not let the user of ${variable} in (${said}): see to the role, to pg_hba.conf and, where it says "no encryption", to sslmode=require.`,
  "3D000": ({ variable }, said) =>
    `${said}, where ${variable} points: make it (create database … encoding 'UTF8' template template0), or correct the name.`,
  "42501": ({ variable }, said) =>
    `The role of ${variable} may not do what is needed (${said}): the role that migrates owns the database, or may create in it and in its schema public.`,
  "53100": diskFull,
  "53300": ({ database }, said) =>
    `${database} has no connection left (${said}): raise max_connections, or end what uses them up.`,
  "53xxx": ({ database }, said) => `${database} has run out of something: ${said}.`,
  "55P03": ({ database }) =>
    `${database} has a lock that somebody has held for a minute: another process that migrates, or a session left open. Look at pg_stat_activity, and start again.`,
  "57Pxx": comingOrGoing,
  "58xxx": ({ database }, said) => `${database} cannot read or write its files (${said}): see its log.`,
};

function sentenceOf(error: unknown, named: Named): string | undefined {
  const code = errorCode(error);
  if (code === undefined) return undefined;
  const said = innermost(error).replace(/\.$/, "");
  const names = [code, `${code.slice(0, 3)}xx`, `${code.slice(0, 2)}xxx`];
  const sentence = names.map((name) => SENTENCES[name]).find((one) => one !== undefined);
  if (sentence) return sentence(named, said);
  // Such as a parameter in the address that the server does not know.
  return /^[0-9A-Z]{5}$/.test(code) ? `${named.database} cannot be used: ${said} (${code}).` : undefined;
}

/** The message of the error that has the code, which Drizzle wraps. */
function innermost(error: unknown): string {
  let found = error;
  while (found instanceof Error && found.cause instanceof Error) found = found.cause;
  return found instanceof Error ? found.message : String(found);
}

/**
 * Does `work` with the database at `url`, which is configured as `variable`. Where that cannot be reached or used, throws a
 * CannotStart that says why; other errors are thrown as they are.
 */
export async function usable<T>(variable: string, url: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isForOperator(cause)) throw cause;
    const hosts = readDatabaseUrl(url).hosts.map(({ host, port }) => `${host}:${port}`);
    const database = variable.startsWith(EMBEDDED)
      ? `The${variable.slice("the".length)}`
      : `The database behind ${variable}`;
    const sentence = sentenceOf(cause, { variable, hosts: hosts.join(" or "), database });
    if (sentence === undefined) throw cause;
    throw new CannotStart(sentence, { cause });
  }
}
