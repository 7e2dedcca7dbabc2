import { redirect } from "next/navigation";
import { spacePath } from "@/components/history/space-path";

/** A space opens on its images. */
export default async function SpacePage({ params }: { params: Promise<{ workspaceSlug: string; spaceId: string }> }) {
  const { workspaceSlug, spaceId } = await params;
  redirect(spacePath(workspaceSlug, spaceId, "images"));
}
