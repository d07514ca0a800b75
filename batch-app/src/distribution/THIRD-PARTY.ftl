stf-batch is under the Apache License, Version 2.0 (../LICENSE). These parts of others come with it. The texts of their
licences, and their notices, are in the folders beside this file named after the jars, else in the files named after the
licences; Apache-2.0 is ../LICENSE.

The jars in lib: file name, licence, name, home
<#list dependencyMap as entry>
  <#assign jar = entry.getKey()>
  <#if jar.groupId != "org.stfbatch">
${(jar.artifactId + "-" + jar.version)?right_pad(52)} ${entry.getValue()?join(" or ")?right_pad(30)} ${jar.name!jar.artifactId}<#if jar.url??>, ${jar.url}</#if>
  </#if>
</#list>

Of two licences of one jar, this distribution uses: Apache-2.0 (JNA), BSD-2-Clause (HdrHistogram), BSD-3-Clause as EDL-1.0
(JTS), LGPL-2.1 (Logback). VectorGraphics2D, under LGPL-3.0, and Logback can be exchanged by replacing their jars.

What the jars hold beside classes of their own:
embedded-postgres-binaries    PostgreSQL 18 (PostgreSQL) with ICU (ICU), libxml2 and libxslt (MIT), OpenSSL 1.1 (OpenSSL),
                              OSSP uuid (OSSP-uuid), XZ Utils' liblzma (public domain), zlib (Zlib).
                              This product includes software developed by the OpenSSL Project for use in the OpenSSL Toolkit
                              (http://www.openssl.org/), and cryptographic software written by Eric Young.
pytorch-native-cpu            LibTorch (BSD-3-Clause) with Intel oneMKL (Intel-Simplified), oneDNN (Apache-2.0) and more, as
                              PyTorch's sources say, and GCC's libgomp (GPL-3.0 with GCC-exception-3.1)
pytorch-jni, sentencepiece    DJL's bindings (Apache-2.0); SentencePiece (Apache-2.0)
webp-imageio                  libwebp (BSD-3-Clause)
zstd-jni, lz4-java,           Zstandard (BSD-3-Clause), LZ4 (BSD-2-Clause), Snappy (BSD-3-Clause)
snappy-java
jna                           libffi (MIT)
chart.js                      Chart.js and @kurkle/color (MIT)
