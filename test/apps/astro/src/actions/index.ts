import { defineAction } from "astro:actions";
import { z } from "astro/zod";

export const server = {
  sign: defineAction({
    accept: "form",
    input: z.object({ name: z.string().min(2) }),
    handler: ({ name }, { cookies }) => {
      cookies.set("name", name, { path: "/", httpOnly: true });
      return name;
    },
  }),
};
