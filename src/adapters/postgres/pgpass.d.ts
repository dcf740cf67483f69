/** The password file that every PostgreSQL client reads; its package brings no types. */
declare module 'pgpass' {
  interface PgpassRequest {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly database: string;
  }
  interface Pgpass {
    (request: PgpassRequest, done: (password: string | undefined) => void): void;
    /** Where it says that a file is open to others. */
    readonly warnTo: (stream: NodeJS.WritableStream) => void;
  }
  const pgpass: Pgpass;
  export default pgpass;
}
