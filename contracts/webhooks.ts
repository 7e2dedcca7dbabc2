import { z } from "zod";
import { DELIVERY_STATES, NOTIFICATION_EVENTS, TARGET_KINDS } from "@/domain/notifications/notification-event";
import {
  editedRevisionSchema,
  hasOnlyVisibleText,
  idSchema,
  pageQueryShape,
  pageSchema,
  timeSchema,
  VISIBLE_TEXT_PROBLEM,
  workspaceParamsSchema,
} from "./common";
import { defineOperation } from "./define";

const eventsSchema = z.enum(NOTIFICATION_EVENTS);
/** What the log shows besides: `test` is sent by the button alone. */
const deliveredEventSchema = z.enum([...NOTIFICATION_EVENTS, "test"]);

const targetSchema = z.object({
  id: idSchema,
  name: z.string(),
  kind: z.enum(TARGET_KINDS),
  /** of webhook and slack: where it is sent, shortened, since such addresses are secrets; of email: null */
  address: z.string().nullable(),
  /** of email, else empty */
  recipients: z.array(z.string()),
  events: z.array(eventsSchema),
  isEnabled: z.boolean(),
  revision: z.number().int(),
  createdAt: timeSchema,
  createdByName: z.string(),
  /** when something was delivered last; null = never */
  lastDeliveredAt: timeSchema.nullable(),
  /** why the last attempt failed; null = it did not */
  lastError: z.string().nullable(),
});
export type NotificationTargetDto = z.infer<typeof targetSchema>;

const nameSchema = z
  .string()
  .trim()
  .min(1, "give it a name")
  .max(80, "use at most 80 characters")
  .refine(hasOnlyVisibleText, VISIBLE_TEXT_PROBLEM);

const urlSchema = z
  .string()
  .trim()
  .max(2000)
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), "use an http or https address")
  .refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    return url === null || (url.username === "" && url.password === "");
  }, "leave user and password out: requests are signed");

const recipientsSchema = z
  .array(z.email("use one e-mail address each").max(200))
  .min(1, "give at least one address")
  .max(20, "give at most 20 addresses");

const targetBodyShape = {
  name: nameSchema,
  events: z
    .array(eventsSchema)
    .min(1, "choose at least one event")
    .transform((events) => [...new Set(events)]),
  isEnabled: z.boolean().default(true),
};

const targetParamsSchema = workspaceParamsSchema.extend({ targetId: idSchema }).strict();

export const listNotificationTargets = defineOperation({
  id: "listNotificationTargets",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/notification-targets",
  summary: "Where this workspace is told of what happens",
  permission: "notifications.read",
  params: workspaceParamsSchema,
  response: z.object({
    items: z.array(targetSchema),
    /** whether the platform has a mail server; without one e-mail targets cannot be added */
    canSendMail: z.boolean(),
    /** of a workspace */
    itemsMax: z.number().int(),
  }),
});

/** `signingSecret`: of a webhook, shown this once. Receivers verify as Standard Webhooks describe. */
const targetWithSecretSchema = z.object({ target: targetSchema, signingSecret: z.string().nullable() });

export const createNotificationTargetBodySchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("webhook"), url: urlSchema, ...targetBodyShape }).strict(),
  z.object({ kind: z.literal("slack"), url: urlSchema, ...targetBodyShape }).strict(),
  z.object({ kind: z.literal("email"), recipients: recipientsSchema, ...targetBodyShape }).strict(),
]);

export const createNotificationTarget = defineOperation({
  id: "createNotificationTarget",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/notification-targets",
  summary: "Add a webhook, a Slack channel or e-mail addresses; a webhook's signing secret is answered this once",
  permission: "notifications.write",
  params: workspaceParamsSchema,
  body: createNotificationTargetBodySchema,
  response: targetWithSecretSchema,
  successStatus: 201,
});

export const updateNotificationTargetBodySchema = z
  .object({
    revision: editedRevisionSchema.min(0),
    name: nameSchema.optional(),
    /** of webhook and slack */
    url: urlSchema.optional(),
    /** of email */
    recipients: recipientsSchema.optional(),
    events: targetBodyShape.events.optional(),
    isEnabled: z.boolean().optional(),
  })
  .strict();

export const updateNotificationTarget = defineOperation({
  id: "updateNotificationTarget",
  method: "PATCH",
  path: "/api/v1/workspaces/{workspaceId}/notification-targets/{targetId}",
  summary: "Change a target; 409 where it has another revision by now",
  permission: "notifications.write",
  params: targetParamsSchema,
  body: updateNotificationTargetBodySchema,
  response: targetSchema,
});

export const deleteNotificationTarget = defineOperation({
  id: "deleteNotificationTarget",
  method: "DELETE",
  path: "/api/v1/workspaces/{workspaceId}/notification-targets/{targetId}",
  summary: "Remove a target with its delivery log; what waits for it is not sent any more",
  permission: "notifications.write",
  params: targetParamsSchema,
  response: z.object({ id: idSchema }),
});

export const rotateSigningSecret = defineOperation({
  id: "rotateSigningSecret",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/notification-targets/{targetId}/signing-secret",
  summary: "Give a webhook a new signing secret, answered this once; for a day both sign",
  permission: "notifications.write",
  params: targetParamsSchema,
  response: targetWithSecretSchema,
});

const deliverySchema = z.object({
  id: idSchema,
  targetId: idSchema,
  targetName: z.string(),
  event: deliveredEventSchema,
  /** one plain sentence */
  title: z.string(),
  state: z.enum(DELIVERY_STATES),
  createdAt: timeSchema,
  deliveredAt: timeSchema.nullable(),
  /** of a pending one; null = it is not tried again */
  nextAttemptAt: timeSchema.nullable(),
  /** oldest first */
  attempts: z.array(
    z.object({
      at: timeSchema,
      durationMs: z.number().int().nonnegative(),
      /** HTTP status; of e-mail, or where no answer came, null */
      status: z.number().int().nullable(),
      /** null = it worked */
      error: z.string().nullable(),
    }),
  ),
  /** what was (or will be) sent to a webhook */
  payload: z.record(z.string(), z.unknown()),
});
export type NotificationDeliveryDto = z.infer<typeof deliverySchema>;

export const testNotificationTarget = defineOperation({
  id: "testNotificationTarget",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/notification-targets/{targetId}/test",
  summary: "Send a test now, once, and answer with what came back",
  permission: "notifications.write",
  params: targetParamsSchema,
  response: deliverySchema,
});

export const listNotificationDeliveries = defineOperation({
  id: "listNotificationDeliveries",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/notification-deliveries",
  summary: "What was sent, or waits to be, newest first; kept for 30 days",
  permission: "notifications.read",
  params: workspaceParamsSchema,
  query: z
    .object({ ...pageQueryShape, targetId: idSchema.optional(), state: z.enum(DELIVERY_STATES).optional() })
    .strict(),
  response: pageSchema(deliverySchema),
});

export const retryNotificationDelivery = defineOperation({
  id: "retryNotificationDelivery",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/notification-deliveries/{deliveryId}/retry",
  summary: "Send one that failed, or that waits, again now; 409 where it was delivered",
  permission: "notifications.write",
  params: workspaceParamsSchema.extend({ deliveryId: idSchema }).strict(),
  response: deliverySchema,
});
