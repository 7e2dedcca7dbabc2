import { z } from "zod";
import {
  hasOnlyVisibleText,
  idSchema,
  pageQueryShape,
  pageSchema,
  spaceParamsSchema,
  timeSchema,
  VISIBLE_TEXT_PROBLEM,
} from "./common";
import { defineOperation } from "./define";

/** An image that nothing may take until the pin ends. */
const pinSchema = z.object({
  id: idSchema,
  repositoryName: z.string(),
  digest: z.string(),
  /** the image's tags now; none where it is untagged or gone */
  tags: z.array(z.string()),
  /** its repository does not have the digest now; the pin holds for it should it come back */
  isGone: z.boolean(),
  /** this and the next: empty for who reads a space of another workspace */
  reason: z.string(),
  ownerName: z.string(),
  /** the person who asks may change or remove it: its owner, or an admin */
  isMine: z.boolean(),
  createdAt: timeSchema,
  /** null = until somebody removes it */
  expiresAt: timeSchema.nullable(),
});
export type PinDto = z.infer<typeof pinSchema>;

const reasonSchema = z
  .string()
  .trim()
  .min(3, "say in at least 3 characters why it must stay")
  .max(200, "use at most 200 characters")
  .refine(hasOnlyVisibleText, VISIBLE_TEXT_PROBLEM);

/** At most so many images in one request to pin. */
const PIN_MAX = 1000;

export const listPins = defineOperation({
  id: "listPins",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/pins",
  summary: "Pins of a space that hold now, newest first",
  permission: "images.read",
  params: spaceParamsSchema,
  query: z
    .object({ ...pageQueryShape, repository: z.string().max(300).optional(), search: z.string().max(200).optional() })
    .strict(),
  response: pageSchema(pinSchema),
});

export const createPins = defineOperation({
  id: "createPins",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/pins",
  summary: "Pin images: no rule, person or collection takes them until the pin ends",
  permission: "images.pin",
  params: spaceParamsSchema,
  body: z
    .object({
      images: z
        .array(z.object({ repositoryName: z.string().min(1).max(300), digest: z.string().min(1).max(200) }).strict())
        .min(1, "choose at least one image")
        .max(PIN_MAX, "choose at most 1,000 images at once"),
      reason: reasonSchema,
      /** when the pin ends; absent or null = until somebody removes it */
      expiresAt: timeSchema.nullable().optional(),
      /** instead of a time: so many days from now */
      days: z.number().int().min(1).max(3650).optional(),
    })
    .strict()
    .refine((body) => body.days === undefined || (body.expiresAt ?? null) === null, {
      path: ["days"],
      message: "give a time or a number of days, not both",
    }),
  bodyBytesMax: 1024 * 1024,
  response: z.object({
    items: z.array(pinSchema),
    /** of the images, how many were pinned already: those pins stay as they are */
    alreadyPinned: z.number().int(),
    /** of the images, how many are not there any more */
    gone: z.number().int(),
  }),
  successStatus: 201,
});

const pinParamsSchema = spaceParamsSchema.extend({ pinId: idSchema }).strict();

export const updatePin = defineOperation({
  id: "updatePin",
  method: "PATCH",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/pins/{pinId}",
  summary: "Change why an image is pinned, or until when; its owner or an admin may",
  permission: "images.pin",
  params: pinParamsSchema,
  body: z.object({ reason: reasonSchema.optional(), expiresAt: timeSchema.nullable().optional() }).strict(),
  response: pinSchema,
});

export const deletePin = defineOperation({
  id: "deletePin",
  method: "DELETE",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/pins/{pinId}",
  summary: "Remove a pin; its owner or an admin may",
  permission: "images.pin",
  params: pinParamsSchema,
  response: z.object({ id: idSchema }),
});
