// Puts files into the bucket with a presigned PUT of S3.

import { ask, post } from "./dom.js";

export async function putFile(userId, file, fileName) {
  const { key, url } = await post(`/users/${userId}/sign`, { file_name: fileName });
  const answer = await fetch(url, { method: "PUT", body: file }).catch(() => {
    throw new Error("Not sent: S3 does not answer, or this is no file that can be read.");
  });
  if (!answer.ok) throw new Error(`S3 answered ${answer.status}`);
  return key;
}

export async function putSample(userId, name) {
  const sample = await ask(`/samples/${name}`);
  return putFile(userId, await sample.blob(), name);
}
