import { startCommand } from "./options.ts";
import { supervise } from "./supervisor.ts";

// What npm start runs.
await startCommand(process.env, supervise).parseAsync();
