import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";

/** What one CopyObject may copy. */
const WHOLE_BYTES_MAX = 5 * 1024 ** 3;
const PART_BYTES = 1024 ** 3;

/** Copies an object inside the store, in parts where it is too large to go at once. `source` is bucket and key. Throws what the client throws. */
export async function copyObject(
  client: S3Client,
  source: string,
  target: { Bucket: string; Key: string },
  sizeBytes: number,
  limits: { wholeBytes: number; partBytes: number } = { wholeBytes: WHOLE_BYTES_MAX, partBytes: PART_BYTES },
): Promise<void> {
  const CopySource = encodeURI(source);
  if (sizeBytes <= limits.wholeBytes) {
    await client.send(new CopyObjectCommand({ ...target, CopySource }));
    return;
  }
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(target));
  const upload = { ...target, UploadId };
  try {
    const parts: { PartNumber: number; ETag: string | undefined }[] = [];
    for (let from = 0; from < sizeBytes; from += limits.partBytes) {
      const to = Math.min(from + limits.partBytes, sizeBytes) - 1;
      const PartNumber = parts.length + 1;
      const part = { ...upload, PartNumber, CopySource, CopySourceRange: `bytes=${from}-${to}` };
      const { CopyPartResult } = await client.send(new UploadPartCopyCommand(part));
      parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
    }
    await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts } }));
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => {});
    throw error;
  }
}
