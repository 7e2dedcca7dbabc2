import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { connection } from "next/server";
import { OperationDetails } from "@/components/api-docs/operation-details";
import { type OpenApiOperation, openApiDocument } from "@/contracts/openapi";
import { env } from "@/server/platform/env";

type Props = { params: Promise<{ operationId: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const found = find((await params).operationId);
  return { title: found ? `${found.operation.operationId} · API` : "API" };
}

export default async function OperationPage({ params }: Props) {
  // A build knows no address: it is of the console that runs.
  await connection();
  const found = find((await params).operationId);
  if (!found) notFound();
  return <OperationDetails document={openApiDocument()} origin={env().RECLAIM_URL} {...found} />;
}

function find(operationId: string): { operation: OpenApiOperation; method: string; path: string } | null {
  for (const [path, methods] of Object.entries(openApiDocument().paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (operation.operationId === operationId) return { operation, method: method.toUpperCase(), path };
    }
  }
  return null;
}
